import { type Schema, Validator } from '@cfworker/json-schema';
import { ENDPOINTS } from '../../../src/http/api/index.ts';
import { describeApi } from '../../../src/http/openapi/document.ts';
import { PAGES } from '../../../src/http/site/index.ts';

/** The parts of a request that the document describes. */
interface Sent {
  readonly method: string;
  readonly path: string;
  /** The value of a JSON body. */
  readonly body?: unknown;
}

interface Described {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, DescribedAnswer | { readonly $ref: string }>;
}

interface DescribedAnswer {
  readonly headers?: Record<string, { readonly $ref: string } | DescribedHeader>;
  readonly content?: Record<string, { readonly schema: Schema }>;
}

interface DescribedHeader {
  readonly required?: boolean;
  readonly schema: Schema;
}

const document = describeApi(ENDPOINTS, 'https://api.jestha.com') as unknown as {
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: {
    readonly responses: Record<string, DescribedAnswer>;
    readonly headers: Record<string, DescribedHeader>;
  };
};

/** Headers with facts about the answer; the document must describe each one that is sent. */
const TELLING = [
  'Allow',
  'ETag',
  'Idempotent-Replayed',
  'Retry-After',
  'Set-Cookie',
  'WWW-Authenticate',
  'RateLimit',
  'RateLimit-Policy',
  'X-Jestha-Degraded',
  'X-Jestha-Key-Expires',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

/**
 * Holds an answer to the OpenAPI document.
 *
 * @throws Error that names the departure
 */
export async function requireConformance(sent: Sent, response: Response): Promise<void> {
  const described = findOperation(sent);
  const problems = described
    ? await departures(described, sent, response)
    : findPage(sent)
      ? []
      : await undescribed(response);
  if (problems.length === 0) return;
  throw new Error(
    `${sent.method} ${sent.path} answered ${response.status} against the OpenAPI document: ${problems.join('; ')}`,
  );
}

async function departures(described: Described, { method, body }: Sent, response: Response): Promise<string[]> {
  const { requestBody } = described;
  const found = described.responses[response.status];
  if (!found) return ['the status is not described'];
  const answer = '$ref' in found ? resolve(document.components.responses, found.$ref) : found;
  const problems = headerDepartures(answer, response);
  const content = answer.content?.['application/json'];
  if (method !== 'HEAD') {
    const text = await response.clone().text();
    if (content) problems.push(...bodyDepartures(content.schema, text));
    else if (text !== '') problems.push('no body is described');
  }
  const accepted = requestBody?.content['application/json'];
  if (response.ok && accepted && body !== undefined) {
    const { errors } = validatorOf(accepted.schema).validate(JSON.parse(JSON.stringify(body)));
    problems.push(
      ...errors.map(({ instanceLocation, error }) => `took a body that is not: ${instanceLocation} ${error}`),
    );
  }
  return problems;
}

function bodyDepartures(schema: Schema, text: string): string[] {
  const body = JSON.parse(text) as { readonly code?: string };
  const { valid, errors } = validatorOf(alternative(schema, body.code)).validate(body);
  return valid ? [] : [...errors.slice(-4).map(({ instanceLocation, error }) => `${instanceLocation} ${error}`), text];
}

/** Picks the error schema that the code names: its departures say more than "matches none of several errors". */
function alternative(schema: Schema, code: string | undefined): Schema {
  const mapping = schema.discriminator?.mapping as Record<string, string> | undefined;
  const named = mapping?.[code ?? ''];
  return (named && schema.oneOf?.find(({ $ref }) => $ref === named)) || schema;
}

function headerDepartures({ headers = {} }: DescribedAnswer, response: Response): string[] {
  const problems: string[] = [];
  for (const [name, header] of Object.entries(headers)) {
    const { required = false, schema } = '$ref' in header ? resolve(document.components.headers, header.$ref) : header;
    const value = response.headers.get(name);
    if (value === null) {
      if (required) problems.push(`${name} is missing`);
    } else if (!validatorOf(schema).validate(value).valid) problems.push(`${name} is ${value}`);
  }
  const unsaid = TELLING.filter((name) => response.headers.has(name) && !(name in headers));
  return [...problems, ...unsaid.map((name) => `${name} is not described`)];
}

/** Checks a response that the document does not describe: the path or method must not exist. */
async function undescribed(response: Response): Promise<string[]> {
  // Over plain http a browser is redirected to https on every path.
  if (response.status === 308) return [];
  const expected = { 403: 'https_required', 404: 'not_found', 405: 'method_not_allowed' }[response.status];
  if (expected === undefined) return ['the path is not described'];
  // A browser gets a page instead.
  if (response.headers.get('Content-Type')?.startsWith('text/html')) return [];
  const text = await response.clone().text();
  return text === '' || text.includes(`"code":"${expected}"`) ? [] : [`the body is ${text}`];
}

/** By the schemas of the document, which are objects of its own. */
const validators = new WeakMap<Schema, Validator>();

function validatorOf(schema: Schema): Validator {
  let validator = validators.get(schema);
  if (!validator) {
    const { components } = document;
    const hasRefs = JSON.stringify(schema).includes('"$ref"');
    validator = new Validator(hasRefs ? { ...schema, components } : schema, '2020-12', false);
    validators.set(schema, validator);
  }
  return validator;
}

function resolve<T>(components: Record<string, T>, ref: string): T {
  const component = components[ref.slice(ref.lastIndexOf('/') + 1)];
  if (!component) throw new Error(`the document has no ${ref}`);
  return component;
}

/** A path of Hono's as a regular expression: a variable may bring its own. */
const toPattern = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+(?:\{(.+)\})?/g, (_, own?: string) => own ?? '[^/]+')}$`);
const operations = ENDPOINTS.map(({ method, path }) => ({
  method,
  pattern: toPattern(path),
  described: document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()],
}));
const pages = PAGES.map(({ method, path }) => ({ method, pattern: toPattern(path) }));

const asRouted = (method: string) => (method === 'HEAD' ? 'GET' : method);

function findOperation({ method, path }: Sent): Described | undefined {
  return operations.find((one) => one.method === asRouted(method) && one.pattern.test(path))?.described;
}

function findPage({ method, path }: Sent): boolean {
  return pages.some((one) => one.method === asRouted(method) && one.pattern.test(path));
}
