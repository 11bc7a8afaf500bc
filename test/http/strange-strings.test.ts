import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Endpoint } from '../../src/http/api/endpoint.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { OPERATIONS } from '../../src/http/openapi/operations.ts';
import { newAddress } from '../support/app/people.ts';
import { type Stage, setUp } from '../support/app/ways-to-codes.ts';

/** Texts that a check may pass and a store refuse. */
const STRANGE = [
  '\0',
  '\ud800',
  'https://example.com/\0',
  'https://example.com/\ud800',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-23:59',
  '0000-01-01',
  '10.0.0.1/33\0',
];

/** What the keywords of JSON Schema say of a field. */
interface Field {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Field[];
  readonly items?: Field;
  readonly properties?: Readonly<Record<string, Field>>;
}

/** A value of the right shape with the text wherever one may stand. */
function shaped(field: Field, text: string): unknown {
  if (field.const !== undefined) return field.const;
  if (field.enum) return field.enum[0];
  if (field.anyOf) return shaped(field.anyOf.find(({ type }) => type !== 'null') ?? {}, text);
  if (field.type === 'array') return [shaped(field.items ?? {}, text)];
  if (field.type === 'object') {
    const entries = Object.entries(field.properties ?? {});
    return Object.fromEntries(entries.map(([name, of]) => [name, shaped(of, text)]));
  }
  if (field.type === 'number' || field.type === 'integer') return 1;
  return field.type === 'boolean' ? true : text;
}

function fieldsOf(schema: z.ZodType | undefined): Record<string, Field> {
  if (!schema) return {};
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Field;
  return { ...json.properties };
}

const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;

/** Those whose good request is an object of JSON, or that read a query. */
const ASKED = ENDPOINTS.filter(({ operationId }) => {
  const { body, query } = OPERATIONS[operationId] as Stage['operation'];
  return Object.keys({ ...fieldsOf(body?.json), ...fieldsOf(query) }).length > 0;
});

test.each(
  ASKED.map((endpoint) => [nameOf(endpoint), endpoint] as const),
)('%s answers strange texts in each of its fields', async (_, endpoint) => {
  const { body, query } = OPERATIONS[endpoint.operationId] as Stage['operation'];
  const failed: unknown[] = [];
  const ask = async (stage: Stage, name: string, text: string, options: Parameters<Stage['send']>[0]) => {
    // No limit is met.
    stage.harness.now += 10_000;
    const { status } = await stage.send({ ...stage.credential, address: newAddress(), ...options });
    if (status >= 500) failed.push([name, JSON.stringify(text), status]);
  };
  for (const [name, field] of Object.entries(fieldsOf(body?.json))) {
    const stage = await setUp(endpoint);
    const { headers, body: good } = stage.good;
    if (headers || typeof good === 'string') continue;
    for (const text of STRANGE)
      await ask(stage, name, text, { body: { ...(good as object), [name]: shaped(field, text) } });
  }
  for (const name of Object.keys(fieldsOf(query))) {
    const stage = await setUp(endpoint);
    for (const text of STRANGE) {
      const path = `${stage.good.path}?${new URLSearchParams({ [name]: text })}`;
      await ask(stage, name, text, { path });
    }
  }
  expect(failed).toEqual([]);
});
