/** A header value with parameters: `type; name=value; name="value"` (RFC 9110 section 5.6.6). */
export interface HeaderValue {
  /** In lower case: `application/json`, `form-data`. */
  readonly type: string;
  /** By their names in lower case. The first of two parameters with one name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** One parameter up to the next semicolon. It never fails, so it takes linear time. */
const PARAMETER = /;([^;=]*)(?:=[ \t]*(?:"((?:[^"\\]|\\.?)*)("?)([^;]*)|([^;]*)))?/g;

/** The same where a backslash is a character like any other, and the next quote ends the value. */
const PARAMETER_OF_BROWSERS = /;([^;=]*)(?:=[ \t]*(?:"([^"]*)("?)([^;]*)|([^;]*)))?/g;

/** @returns the value, and whether each quoted text in it ends where its parameter does */
function parse(header: string, parameter: RegExp): HeaderValue & { readonly isWhole: boolean } {
  const [type = ''] = header.split(';', 1);
  const parameters = new Map<string, string>();
  let isWhole = true;
  for (const [, spaced = '', quoted, end, behind, token] of header.matchAll(parameter)) {
    const name = spaced.trim().toLowerCase();
    const value = quoted ?? token?.trim();
    if (value !== undefined && !parameters.has(name)) parameters.set(name, value);
    if (quoted !== undefined && (end === '' || behind?.trim() !== '')) isWhole = false;
  }
  return { type: type.trim().toLowerCase(), parameters, isWhole };
}

/**
 * A `Content-Disposition`. Its texts are as they were sent: curl and others write a quote in a file name as `\"`, browsers
 * write it as `%22` and a backslash as itself. Where the first reading leaves something over, the second one counts.
 *
 * @returns undefined where neither reading is possible
 */
export function parseDisposition(header: string): HeaderValue | undefined {
  const escaped = parse(header, PARAMETER);
  const read = escaped.isWhole ? escaped : parse(header, PARAMETER_OF_BROWSERS);
  return read.isWhole ? read : undefined;
}

const MEDIA_TYPE = /^[!#$%&'*+.^\w`|~-]+\/[!#$%&'*+.^\w`|~-]+$/;

/** Up to the next comma outside quotes. */
const MEMBER = /(?:[^,"]|"(?:[^"\\]|\\.?)*"?)+/g;

/**
 * A `Content-Type`, read as leniently as browsers do (WHATWG MIME Sniffing section 4.4): empty and unknown parameters are
 * fine, an unquoted value ends at a semicolon. Headers that were sent twice arrive joined by a comma, and count where they
 * do not contradict each other.
 *
 * @returns undefined where there is no media type, or there are two
 */
export function parseContentType(header: string | null | undefined): HeaderValue | undefined {
  const read = (text: string) => parse(text, PARAMETER);
  const isMediaType = ({ type }: HeaderValue) => MEDIA_TYPE.test(type);
  const members = (header?.match(MEMBER) ?? []).map(read);
  // An unquoted boundary may have a comma in it.
  const values = members.every(isMediaType) ? members : [read(header ?? '')].filter(isMediaType);
  const [{ type } = { type: '' }] = values;
  const parameters = new Map<string, string>();
  for (const value of values) {
    if (value.type !== type) return undefined;
    for (const [name, raw] of value.parameters) {
      const text = raw.replaceAll(/\\(.)/g, '$1');
      if ((parameters.get(name) ?? text) !== text) return undefined;
      parameters.set(name, text);
    }
  }
  return type === '' ? undefined : { type, parameters };
}

/** Whether it is a JSON MIME type (WHATWG MIME Sniffing section 4.6). */
export function isJson({ type }: HeaderValue): boolean {
  return type.endsWith('+json') || type === 'application/json' || type === 'text/json';
}

/** Labels of UTF-8 (WHATWG Encoding section 4.2), and of ASCII, which is a part of it. */
const UTF8_LABELS = [
  'utf-8',
  'utf8',
  'unicode-1-1-utf-8',
  'unicode11utf8',
  'unicode20utf8',
  'x-unicode20utf8',
  'us-ascii',
  'ascii',
];

/** Whether it names UTF-8, or no charset at all. */
export function isUtf8({ parameters }: HeaderValue): boolean {
  const charset = parameters.get('charset')?.trim().toLowerCase() ?? '';
  return charset === '' || UTF8_LABELS.includes(charset);
}
