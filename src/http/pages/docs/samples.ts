import type { Api, Entry, Schema } from './api.ts';
import { nameOf } from './api.ts';

/** Values for names whose schema has no example. */
const NAMED: Readonly<Record<string, unknown>> = {
  id: '01M869TY589SRQEM45JK4A3C9K',
  createdAt: '2026-11-24T12:00:00.000Z',
  avatar: null,
  coverImage: null,
  bio: null,
  username: 'zoe',
  displayName: 'Zoë',
  email: 'zoe@example.com',
  label: 'Blog bridge',
  name: 'Fox watchers',
  text: 'Yes',
  key: 'jes_live_…',
  maskedKey: 'jes_live_a1b2****',
  scopes: ['write:jes'],
  url: 'https://jestha.com/media/…',
  video: {
    id: '01M869TY589SRQEM45JK4A3C9K',
    type: 'video',
    mimeType: 'video/mp4',
    url: 'https://jestha.com/media/…',
    width: 1_080,
    height: 1_920,
    size: 4_210_688,
    alt: null,
  },
  // A Jes of one sentence has none of these.
  hashtags: [],
  mentions: [],
  media: [],
};

/** An answer of this shape, without what may be absent. */
export function sampleOf(schema: Schema, objects: Api['objects'], name = ''): unknown {
  if (schema.$ref !== undefined) return sampleOf(objects.get(nameOf(schema.$ref)) ?? {}, objects, name);
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (name in NAMED) return NAMED[name];
  if (schema.anyOf) {
    // What may be null mostly is; only through a key there always is a label.
    const [first = {}] = schema.anyOf;
    return name === 'via' ? sampleOf(first, objects) : null;
  }
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, sampleOf(schema.properties?.[key] ?? {}, objects, key)]),
      );
    case 'array':
      return schema.items?.type === 'string' ? [] : [sampleOf(schema.items ?? {}, objects)];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0);
    case 'boolean':
      return false;
    default:
      return '…';
  }
}

/** The path with examples in the place of its variables. */
export function pathOf({ path, parameters }: Entry): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String(parameters.find((one) => one.name === name)?.schema.examples?.[0] ?? name),
  );
}

export function curlOf(entry: Entry, apiOrigin: string): string {
  const { endpoint, json, form } = entry;
  const lines = [`curl ${endpoint.method === 'GET' ? '' : `-X ${endpoint.method} `}${apiOrigin}${pathOf(entry)}`];
  if (endpoint.access === 'caller') lines.push('-H "Authorization: Bearer $JESTHA_KEY"');
  if (endpoint.access === 'session') lines.push('-b cookies.txt');
  if (endpoint.access === 'visitor') lines.push('-c cookies.txt');
  if (json?.example !== undefined) {
    lines.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(json.example)}'`);
  } else if (form) {
    lines.push(...formFields(form.schema).map(([name, value]) => `-F ${name}=${value}`));
  }
  return lines.join(' \\\n  ');
}

/** Fields of a form that an example needs: the file, and words to it. */
function formFields(schema: Schema): [string, string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, { format, type }]): [string, string][] => {
    if (format === 'binary') return [[name, '@clip.mp4']];
    return type === 'string' && name === 'caption' ? [[name, "'A fox crosses the road'"]] : [];
  });
}

/** The same with `fetch`, for callers with a key. */
export function fetchOf(entry: Entry, apiOrigin: string): string {
  const { endpoint, json, form, operation } = entry;
  const lines = [`const response = await fetch('${apiOrigin}${pathOf(entry)}', {`];
  if (endpoint.method !== 'GET') lines.push(`  method: '${endpoint.method}',`);
  if (json?.example !== undefined) {
    lines.push(
      '  headers: {',
      "    Authorization: 'Bearer ' + process.env.JESTHA_KEY,",
      "    'Content-Type': 'application/json',",
      '  },',
      `  body: JSON.stringify(${JSON.stringify(json.example)}),`,
    );
  } else {
    lines.push("  headers: { Authorization: 'Bearer ' + process.env.JESTHA_KEY },");
    if (form) lines.push('  body: form, // a FormData with the fields above');
  }
  lines.push('});', 'if (!response.ok) throw new Error((await response.json()).code);');
  if (operation.answer.schema) lines.push('const answer = await response.json();');
  return lines.join('\n');
}
