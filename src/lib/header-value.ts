/** A header value with parameters: `type; name=value; name="value"` (RFC 9110 section 5.6.6). */
export interface HeaderValue {
  /** In lower case: `application/json`, `form-data`. */
  readonly type: string;
  /** By their names in lower case. The first of two parameters with one name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** One parameter up to the next semicolon. It matches any text, so it never backtracks. */
const PARAMETER = /;([^;=]*)(?:=[ \t]*(?:"((?:[^"\\]|\\.?)*)("?)([^;]*)|([^;]*)))?/g;

/** The same, but a backslash is a character like any other, and the next quote ends the value. */
const PARAMETER_OF_BROWSERS = /;([^;=]*)(?:=[ \t]*(?:"([^"]*)("?)([^;]*)|([^;]*)))?/g;

/** @returns the value; `isWhole` = every quoted text in it is closed, and nothing follows the closing quote */
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
 * Reads a `Content-Disposition`; its texts keep their escapes. curl writes a quote in a file name as `\"`. Browsers
 * write `%22`, and a backslash as itself. We use the second reading if the first does not fit the whole header.
 *
 * @returns undefined if neither reading fits
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
 * Reads a `Content-Type` as leniently as browsers do (WHATWG MIME Sniffing section 4.4): it ignores empty and malformed
 * parameters, and an unquoted value ends at a semicolon. A header that was sent twice arrives joined by a comma; it is
 * accepted if both copies agree.
 *
 * @returns undefined without a media type, or with contradictory ones
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

/** True for a JSON MIME type (WHATWG MIME Sniffing section 4.6). */
export function isJson({ type }: HeaderValue): boolean {
  return type.endsWith('+json') || type === 'application/json' || type === 'text/json';
}

/** Labels of UTF-8 (WHATWG Encoding section 4.2), and of ASCII, a subset of UTF-8. */
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

/** True if `charset` names UTF-8 or is absent. */
export function isUtf8({ parameters }: HeaderValue): boolean {
  const charset = parameters.get('charset')?.trim().toLowerCase() ?? '';
  return charset === '' || UTF8_LABELS.includes(charset);
}
