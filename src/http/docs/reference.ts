import { ERRORS } from '../../config/errors.ts';
import { CREATIONS_PER_DAY, POSTS_PER_MINUTE } from '../../config/limits.ts';
import { grouped } from '../../lib/grouped.ts';
import { TAGS } from '../openapi/operation.ts';
import { type Api, type Entry, nameOf, pathOfObject, type Schema } from './api.ts';
import { callList, fence } from './blocks.ts';
import { sampleOf, samplesOfEntry } from './samples.ts';

/** The entries by tag, in the order of the tags. */
export function tagged({ entries }: Api): { tag: string; description: string; entries: Entry[] }[] {
  return Object.entries(TAGS).map(([tag, description]) => ({
    tag,
    description,
    entries: entries.filter(({ operation }) => operation.tag === tag),
  }));
}

/** The list of all calls, as Markdown. */
export const writeIndex = (api: Api): string => `# Reference

Everything there is. It is made from what serves it, as is [openapi.json](/openapi.json). Answers are made of [objects](/docs/reference/objects).

${callList(api, '##')}`;

/** A call, as Markdown. */
export function writeOperation(entry: Entry, { objects }: Api, apiOrigin: string): string {
  const { endpoint, operation, path, answer } = entry;
  const samples = samplesOfEntry(entry, apiOrigin).map(({ title, code }) => fence('', title, code));
  return [
    `# ${operation.summary}`,
    `\`${endpoint.method} ${path}\``,
    describe(entry),
    '## Samples',
    ...samples,
    ...(answer
      ? ['The response:', fence('json', String(operation.answer.status), exampleAnswer(answer, objects))]
      : []),
  ].join('\n\n');
}

export const exampleAnswer = (schema: Schema, objects: Api['objects']): string =>
  JSON.stringify(sampleOf(schema, objects), null, 2);

/** The requirements, input, response and errors of a call, as Markdown. */
export function describe(entry: Entry): string {
  const { operation, parameters, json, form, answer, codes } = entry;
  const own = parameters.filter((one) => one.in !== 'header');
  const added = Object.entries(form?.schema.properties ?? {}).filter(([name]) => !json?.schema.properties?.[name]);
  const isAdded = (name: string) => form?.schema.required?.includes(name) === true;
  const groups = [...Map.groupBy(codes, (code) => ERRORS[code].status)].sort(([a], [b]) => a - b);
  const parts: (string | false | undefined)[] = [
    needsOf(entry)
      .map((need) => `- ${need}`)
      .join('\n'),
    operation.description,
    own.length > 0 && '## Parameters',
    own
      .map(({ name, required = false, description, schema }) => fieldOf(name, schema, required, REQUESTED, description))
      .join('\n'),
    json && `## Body, as JSON {#body}\n\n${fieldsOf(json.schema, REQUESTED)}`,
    form &&
      `## ${json ? 'As a form, these too' : 'Body, as a form'} {#form}\n\n\`multipart/form-data\`; see [media](/docs/media).`,
    added.map(([name, schema]) => fieldOf(name, schema, isAdded(name), REQUESTED)).join('\n'),
    `## Response\n\n**${operation.answer.status}** ${operation.answer.description}${answer?.$ref === undefined ? '' : ` Fields: ${typeOf(answer)}.`}`,
    answer && fieldsOf(answer, ANSWERED),
    codes.length > 0 && '## Errors',
    groups
      .map(([status, group]) => `- ${status} ${group.map((code) => `[\`${code}\`](/docs/errors#${code})`).join(' ')}`)
      .join('\n'),
  ];
  return parts.filter((part) => part).join('\n\n');
}

/** The callers that may use it, and the limits that apply. */
function needsOf({ endpoint, codes, operation }: Entry): string[] {
  const repeatable = operation.isRepeatable ? ['[Idempotency-Key](/docs/idempotency)'] : [];
  if (endpoint.access === 'public') return ['Everybody'];
  if (endpoint.access !== 'caller') return ['People only, never a key', ...repeatable];
  const { scope, limiter } = endpoint;
  return [
    scope ? `A key with [\`${scope}\`](/docs/api-keys#scope-${scope})` : 'Any key',
    ...(limiter === 'posts' ? [`At most ${POSTS_PER_MINUTE} a minute`] : []),
    ...(codes.includes('daily_quota_exceeded')
      ? [`[Counts towards ${grouped(CREATIONS_PER_DAY)} a day](/docs/limits)`]
      : []),
    ...repeatable,
  ];
}

/** The objects in answers, as Markdown. */
export function writeObjects({ objects }: Api): string {
  const all = [...objects].map(([name, schema]) => `## ${name} {#${name}}\n\n${fieldsOf(schema, ANSWERED)}`);
  return ['# Objects', 'What answers are made of.', ...all].join('\n\n');
}

/** The note beside a field: in a request that it is required, in an answer that it may be absent. */
type Presence = (isRequired: boolean) => string;
const REQUESTED: Presence = (isRequired) => (isRequired ? ' **required**' : '');
const ANSWERED: Presence = (isRequired) => (isRequired ? '' : ' *may be absent*');

/** The type of a value, in a few words of Markdown: `string, 1 to 5,000 characters`. */
function typeOf(schema: Schema): string {
  const { $ref, anyOf, type, items, format } = schema;
  if ($ref !== undefined) return `[${nameOf($ref)}](${pathOfObject(nameOf($ref))})`;
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.map((one) => `"${one}"`).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (type === 'array') return `list of ${typeOf(items ?? {})}${within(schema.minItems, schema.maxItems, 'items')}`;
  if (format === 'binary') return 'file';
  if (format === 'date-time') return 'date and time';
  if (format === 'uri') return `URL${within(undefined, schema.maxLength, 'characters')}`;
  const name = typeof type === 'string' ? type : (type?.join(' or ') ?? '');
  return name + within(schema.minLength, schema.maxLength, 'characters') + within(schema.minimum, schema.maximum, '');
}

function within(min: number | undefined, max: number | undefined, unit: string): string {
  if (max === undefined || max === Number.MAX_SAFE_INTEGER) return '';
  const range = min === undefined ? `at most ${grouped(max)}` : `${grouped(min)} to ${grouped(max)}`;
  return `, ${range} ${unit}`.trimEnd();
}

function fieldsOf({ properties = {}, required = [] }: Schema, presence: Presence): string {
  return Object.entries(properties)
    .map(([name, schema]) => fieldOf(name, schema, required.includes(name), presence))
    .join('\n');
}

/** One field with its meaning, and within it the fields that it holds. */
function fieldOf(
  name: string,
  schema: Schema,
  isRequired: boolean,
  presence: Presence,
  description = schema.description,
): string {
  const inner = [schema, schema.items, ...(schema.anyOf ?? [])].find((one) => one?.properties);
  const initial = schema.default === undefined || schema.default === '' ? '' : ` Default \`${schema.default}\`.`;
  const line = `- \`${name}\` *${typeOf(schema)}*${presence(isRequired)} ${description ?? ''}${initial}`.trimEnd();
  return inner ? `${line}\n${fieldsOf(inner, presence).replaceAll(/^/gm, '  ')}` : line;
}
