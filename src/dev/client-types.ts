import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS } from '../http/api/index.ts';
import { describeApi } from '../http/openapi/document.ts';

const FILE = join(import.meta.dirname, '../client/api.ts');

/** The part of JSON Schema that the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly format?: string;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Content>>;
  };
}

/**
 * The types of the client, from the OpenAPI document: self-contained, since users of the client have neither our
 * database nor our Worker's types. They include the errors of each endpoint, to which the suites hold every answer.
 */
export function clientTypes(): string {
  const { paths, webhooks, components } = describeApi(ENDPOINTS, 'https://api.jestha.com') as unknown as Document;
  const schemas = Object.entries(components.schemas)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, schema]) => `${comment(schema, '')}export interface ${name} ${typeOf(schema, '')}\n`);
  const named = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      operation,
    })),
  );
  const operations = named.map(({ name, operation }) =>
    [
      `  /** ${operation.summary}. */`,
      `  '${name}': {`,
      `    readonly init: ${initOf(operation)};`,
      `    readonly data: ${dataOf(operation)};`,
      `    readonly error:${errorOf(operation, components)};`,
      '  };',
    ].join('\n'),
  );
  const keyed = named.filter(({ operation }) => isKeyed(operation)).map(({ name }) => `  '${name}',\n`);
  const events = Object.values(webhooks).map(({ post }) => {
    const schema = post.requestBody?.content?.['application/json']?.schema;
    return schema ? typeOf(schema, '') : 'unknown';
  });
  return [
    '// Made by `npm run client:types` from the OpenAPI document. Not edited by hand.\n',
    ...schemas,
    `/** An event that an endpoint of webhooks gets; \`event\` says which. */\nexport type WebhookEvent = ${events.join(' | ')};\n`,
    '/** What is sent to each endpoint, and what it answers. */',
    `export interface Operations {\n${operations.join('\n')}\n}\n`,
    '/** The writes that take an `Idempotency-Key`. */',
    `export const KEYED_WRITES: readonly string[] = [\n${keyed.join('')}];\n`,
  ].join('\n');
}

const isKeyed = ({ parameters = [] }: Pick<Operation, 'parameters'>) =>
  parameters.some(({ $ref }) => $ref?.endsWith('/Idempotency-Key'));

/** The input of a call: variables of the path, the query, a body or a form, an idempotency key. */
function initOf({ parameters = [], requestBody }: Operation): string {
  const group = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const parts = [
    ...field('params', group('path')),
    ...field('query', group('query')),
    ...(isKeyed({ parameters })
      ? [
          '      /** The same request with the same key is done once, and answered the same within 24 hours. */\n      readonly idempotencyKey?: string;',
        ]
      : []),
  ];
  const { content = {}, required = true } = requestBody ?? {};
  const json = content['application/json'];
  const form = content['multipart/form-data'];
  const bodies = [
    ...(json ? [`{ readonly body${required ? '' : '?'}: ${typeOf(json.schema, '    ')} }`] : []),
    ...(form ? [`{ readonly form: ${typeOf(form.schema, '    ')} }`] : []),
  ];
  const init = parts.length === 0 ? '{}' : `{\n${parts.join('\n')}\n    }`;
  if (bodies.length === 0) return init;
  const body = bodies.length === 1 ? bodies[0] : `(${bodies.join(' | ')})`;
  return parts.length === 0 ? `${body}` : `${init} & ${body}`;
}

function field(name: string, parameters: readonly Parameter[]): string[] {
  if (parameters.length === 0) return [];
  const isOptional = parameters.every(({ required }) => !required);
  const fields = parameters.map(
    ({ name: of, required, schema, description }) =>
      `${comment({ ...(description !== undefined && { description }) }, '        ')}        readonly ${of}${required ? '' : '?'}: ${typeOf(schema, '        ')};`,
  );
  return [`      readonly ${name}${isOptional ? '?' : ''}: {\n${fields.join('\n')}\n      };`];
}

function dataOf({ responses }: Operation): string {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const schema = success?.content?.['application/json']?.schema;
  return schema ? typeOf(schema, '    ') : 'undefined';
}

function errorOf({ responses }: Operation, components: Document['components']): string {
  const refs = Object.values(responses).flatMap(({ $ref }) => ($ref ? [nameOf($ref)] : []));
  const names = refs.flatMap((name) => {
    const schema = components.responses[name]?.content?.['application/json']?.schema;
    return (schema?.oneOf ?? (schema ? [schema] : [])).map((one) => typeOf(one, ''));
  });
  return names.length === 0 ? ' never' : names.map((name) => `\n      | ${name}`).join('');
}

const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1);

/** @param indent of the line it begins on */
function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const several = schema.anyOf ?? schema.oneOf;
  if (several && schema.type === undefined) return several.map((one) => typeOf(one, indent)).join(' | ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => ofType(type, schema, indent)).join(' | ') || 'unknown';
}

function ofType(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string';
    case 'integer':
      return 'number';
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent);
      return `readonly ${/^[\w.]+$|^\{/.test(item) && !item.includes(' | ') ? item : `(${item})`}[]`;
    }
    case 'object':
      return ofObject(schema, indent);
    default:
      return type;
  }
}

function ofObject({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema, inner)}${inner}readonly ${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};`,
  );
  const others = additionalProperties === false ? [] : [`${inner}readonly [name: string]: unknown;`];
  return `{\n${[...fields, ...others].join('\n')}\n${indent}}`;
}

function comment({ description }: Pick<Schema, 'description'>, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '*\\/')} */\n`;
}

if (import.meta.main) {
  const text = clientTypes();
  if (readFileSync(FILE, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(FILE, text);
}
