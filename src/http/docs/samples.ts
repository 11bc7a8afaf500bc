import type { Api, Entry, Parameter, Schema } from './api.ts';
import { nameOf } from './api.ts';
import type { Sample } from './markdown.tsx';

/** A call with a key, as every language of the samples writes it. */
export interface Call {
  readonly method: string;
  /** With examples in the place of its variables. */
  readonly url: string;
  /** The path as the client takes it, `/api/posts/:id`, and its variables. */
  readonly pattern: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Fields of a form, each once, as arrays of PHP have them; values that begin with `@` are files. */
  readonly form?: readonly (readonly [name: string, value: string])[];
  readonly idempotencyKey?: string;
}

/**
 * The call in six languages.
 *
 * @param apiOrigin the origin of the API; the TypeScript sample names it unless it is the client's default
 */
export function samplesOf(call: Call, apiOrigin: string): Sample[] {
  return [
    { title: 'curl', code: curl(call) },
    { title: 'Node', code: node(call) },
    { title: 'TypeScript', code: typescript(call, apiOrigin) },
    { title: 'Python', code: python(call) },
    { title: 'PHP', code: php(call) },
    { title: 'Go', code: go(call) },
  ];
}

/** Fields of forms that the client takes as lists. */
const LISTS: ReadonlySet<string> = new Set(['media', 'alt']);

/** The headers of a call after the key. */
function headersOf({ json, idempotencyKey }: Call): [string, string][] {
  return [
    ...(json === undefined ? [] : [['Content-Type', 'application/json'] as [string, string]]),
    ...(idempotencyKey === undefined ? [] : [['Idempotency-Key', idempotencyKey] as [string, string]]),
  ];
}

const isFile = (value: string) => value.startsWith('@');
const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
const inShell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(call: Call): string {
  const { method, url, json, form = [] } = call;
  const isImplied = method === 'GET' || (method === 'POST' && (json !== undefined || form.length > 0));
  return [
    `curl -i ${isImplied ? '' : `-X ${method} `}${url}`,
    '-H "Authorization: Bearer $JESTHA_API_KEY"',
    ...headersOf(call).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(json === undefined ? [] : [`-d ${inShell(JSON.stringify(json))}`]),
    ...form.map(([name, value]) => `-F ${inShell(`${name}=${value}`)}`),
  ].join(' \\\n  ');
}

function node(call: Call): string {
  const { method, url, json, form = [] } = call;
  const hasFile = form.some(([, value]) => isFile(value));
  const headers = headersOf(call).map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`);
  return [
    ...(hasFile ? ["import { openAsBlob } from 'node:fs';", ''] : []),
    ...(form.length > 0 ? ['const form = new FormData();'] : []),
    ...form.map(([name, value]) =>
      isFile(value)
        ? `form.append(${quoted(name)}, await openAsBlob(${quoted(value.slice(1))}), ${quoted(value.slice(1))});`
        : `form.append(${quoted(name)}, ${quoted(value)});`,
    ),
    `const response = await fetch('${url}', {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {',
    "    Authorization: 'Bearer ' + process.env.JESTHA_API_KEY,",
    ...headers,
    '  },',
    ...(json === undefined ? [] : [`  body: JSON.stringify(${literal(json, JS)}),`]),
    ...(form.length > 0 ? ['  body: form,'] : []),
    '});',
    'if (!response.ok) throw new Error((await response.json()).code);',
    method === 'DELETE' ? 'console.log(response.status);' : 'console.log(await response.json());',
  ].join('\n');
}

function typescript(call: Call, apiOrigin: string): string {
  const { method, pattern, params, json, form = [], idempotencyKey } = call;
  const hasFile = form.some(([, value]) => isFile(value));
  const fields = form.map(([name, text]) => {
    const value = isFile(text) ? `await openAsBlob(${quoted(text.slice(1))})` : quoted(text);
    return `    ${name}: ${LISTS.has(name) ? `[${value}]` : value},`;
  });
  const init = [
    ...(params ? [`  params: ${literal(params, JS)},`] : []),
    ...(json === undefined ? [] : [`  body: ${literal(json, JS)},`]),
    ...(form.length > 0 ? ['  form: {', ...fields, '  },'] : []),
    ...(idempotencyKey === undefined ? [] : [`  idempotencyKey: '${idempotencyKey}',`]),
  ];
  const origin = apiOrigin === 'https://api.jestha.com' ? '' : `, origin: '${apiOrigin}'`;
  return [
    ...(hasFile ? ["import { openAsBlob } from 'node:fs';"] : []),
    "import { createJesthaClient } from 'jestha-api/client';",
    '',
    `const jestha = createJesthaClient({ key: process.env.JESTHA_API_KEY ?? ''${origin} });`,
    init.length === 0
      ? `const result = await jestha.${method.toLowerCase()}('${pattern}');`
      : `const result = await jestha.${method.toLowerCase()}('${pattern}', {\n${init.join('\n')}\n});`,
    'if (!result.ok) throw new Error(result.error.code);',
    'console.log(result.data);',
  ].join('\n');
}

function python(call: Call): string {
  const { method, url, json, form = [], idempotencyKey } = call;
  const files = form.filter(([, value]) => isFile(value));
  const texts = form.filter(([, value]) => !isFile(value));
  const pair = ([name, value]: readonly [string, string]) =>
    `(${JSON.stringify(name)}, ${isFile(value) ? `open(${JSON.stringify(value.slice(1))}, "rb")` : JSON.stringify(value)})`;
  const idempotency = idempotencyKey === undefined ? '' : `, "Idempotency-Key": "${idempotencyKey}"`;
  return [
    'import os',
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    "${url}",`,
    `    headers={"Authorization": "Bearer " + os.environ["JESTHA_API_KEY"]${idempotency}},`,
    ...(json === undefined ? [] : [`    json=${literal(json, PYTHON)},`]),
    ...(texts.length > 0 ? [`    data=[${texts.map(pair).join(', ')}],`] : []),
    ...(files.length > 0 ? [`    files=[${files.map(pair).join(', ')}],`] : []),
    '    timeout=30,',
    ')',
    'response.raise_for_status()',
    method === 'DELETE' ? 'print(response.status_code)' : 'print(response.json())',
  ].join('\n');
}

function php(call: Call): string {
  const { method, url, json, form = [] } = call;
  const headers = headersOf(call).map(([name, value]) => `        '${name}: ${value}',`);
  const fields = form.map(
    ([name, value]) =>
      `        '${name}' => ${isFile(value) ? `new CURLFile(${quoted(value.slice(1))})` : quoted(value)},`,
  );
  return [
    '<?php',
    `$curl = curl_init('${url}');`,
    'curl_setopt_array($curl, [',
    '    CURLOPT_RETURNTRANSFER => true,',
    ...(method === 'GET' ? [] : [`    CURLOPT_CUSTOMREQUEST => '${method}',`]),
    '    CURLOPT_HTTPHEADER => [',
    "        'Authorization: Bearer ' . getenv('JESTHA_API_KEY'),",
    ...headers,
    '    ],',
    ...(json === undefined ? [] : [`    CURLOPT_POSTFIELDS => json_encode(${literal(json, PHP)}),`]),
    ...(form.length > 0 ? ['    CURLOPT_POSTFIELDS => [', ...fields, '    ],'] : []),
    ']);',
    '$answer = json_decode(curl_exec($curl), true);',
    "if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) >= 400) throw new Exception($answer['code']);",
    'print_r($answer);',
  ].join('\n');
}

function go(call: Call): string {
  const { method, url, json, form = [] } = call;
  const hasFile = form.some(([, value]) => isFile(value));
  const packages = [
    ...(form.length > 0 ? ['bytes'] : []),
    'fmt',
    'io',
    ...(form.length > 0 ? ['mime/multipart'] : []),
    'net/http',
    'os',
    ...(json === undefined ? [] : ['strings']),
  ];
  const writes = form.flatMap(([name, value]) =>
    isFile(value)
      ? [
          `\tfile, _ = os.Open("${value.slice(1)}")`,
          `\tpart, _ = form.CreateFormFile("${name}", "${value.slice(1)}")`,
          '\tio.Copy(part, file)',
        ]
      : [`\tform.WriteField("${name}", ${JSON.stringify(value)})`],
  );
  const body =
    json === undefined ? (form.length > 0 ? '&body' : 'nil') : `strings.NewReader(\`${JSON.stringify(json)}\`)`;
  return [
    'package main',
    '',
    'import (',
    ...packages.map((name) => `\t"${name}"`),
    ')',
    '',
    'func main() {',
    ...(form.length > 0 ? ['\tvar body bytes.Buffer', '\tform := multipart.NewWriter(&body)'] : []),
    ...(hasFile ? ['\tvar file *os.File', '\tvar part io.Writer'] : []),
    ...writes,
    ...(form.length > 0 ? ['\tform.Close()'] : []),
    `\trequest, _ := http.NewRequest("${method}", "${url}", ${body})`,
    '\trequest.Header.Set("Authorization", "Bearer "+os.Getenv("JESTHA_API_KEY"))',
    ...headersOf(call).map(([name, value]) => `\trequest.Header.Set("${name}", "${value}")`),
    ...(form.length > 0 ? ['\trequest.Header.Set("Content-Type", form.FormDataContentType())'] : []),
    '\tresponse, err := http.DefaultClient.Do(request)',
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '\tdefer response.Body.Close()',
    '\tanswer, _ := io.ReadAll(response.Body)',
    '\tfmt.Println(response.Status, string(answer))',
    '}',
  ].join('\n');
}

/** The notation of JSON values in a language. */
interface Notation {
  readonly text: (value: string) => string;
  readonly name: (value: string) => string;
  readonly words: Readonly<Record<'true' | 'false' | 'null', string>>;
  readonly object: readonly [open: string, between: string, close: string];
}

const WORDS = { true: 'true', false: 'false', null: 'null' };
const inName = (name: string) => (/^\w+$/.test(name) ? name : quoted(name));
const JS: Notation = { text: quoted, name: inName, words: WORDS, object: ['{ ', ': ', ' }'] };
const PHP: Notation = { text: quoted, name: quoted, words: WORDS, object: ['[', ' => ', ']'] };
const PYTHON: Notation = {
  text: JSON.stringify,
  name: JSON.stringify,
  words: { true: 'True', false: 'False', null: 'None' },
  object: ['{', ': ', '}'],
};

function literal(value: unknown, notation: Notation): string {
  if (typeof value === 'string') return notation.text(value);
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, notation)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) {
    return notation.words[String(value) as keyof Notation['words']] ?? String(value);
  }
  const [open, between, close] = notation.object;
  const fields = Object.entries(value).map(
    ([name, one]) => `${notation.name(name)}${between}${literal(one, notation)}`,
  );
  return fields.length === 0 ? `${open.trim()}${close.trim()}` : open + fields.join(', ') + close;
}

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
    // A value that may be null mostly is; only `via` always has a label, since the call uses a key.
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
function pathOf({ path, parameters }: Pick<Entry, 'path' | 'parameters'>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => one.name === name);
    return parameter ? exampleOf(parameter) : name;
  });
}

/** The call of an operation, with its examples. */
export function callOf(entry: Entry, apiOrigin: string): Call {
  const { endpoint, path, parameters, json, form } = entry;
  const inPath = parameters.filter((one) => one.in === 'path');
  return {
    method: endpoint.method,
    url: apiOrigin + pathOf(entry),
    pattern: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(inPath.length > 0 && { params: Object.fromEntries(inPath.map((one) => [one.name, exampleOf(one)])) }),
    ...(json?.example !== undefined ? { json: json.example } : form && { form: formFields(form.schema) }),
  };
}

/** The call as people and visitors make it: with curl, and a file for the session's cookie. */
export function curlOf({ endpoint, path, parameters, json }: Entry, apiOrigin: string): string {
  const url = apiOrigin + pathOf({ path, parameters });
  const lines = [`curl -i ${endpoint.method === 'GET' ? '' : `-X ${endpoint.method} `}${url}`];
  if (endpoint.access === 'session') lines.push('-b cookies.txt');
  if (endpoint.access === 'visitor') lines.push('-c cookies.txt');
  if (json?.example !== undefined) {
    lines.push("-H 'Content-Type: application/json'", `-d ${inShell(JSON.stringify(json.example))}`);
  }
  return lines.join(' \\\n  ');
}

/** Fields of a form that an example needs: the file, and words to it. */
function formFields(schema: Schema): [string, string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, { format, type }]): [string, string][] => {
    if (format === 'binary') return [[name, '@clip.mp4']];
    return type === 'string' && name === 'caption' ? [[name, 'A fox crosses the road']] : [];
  });
}

const exampleOf = ({ name, schema }: Parameter) => String(schema.examples?.[0] ?? name);

/** Callers with a key choose a language; sessions are for browsers, and for curl. */
export function samplesOfEntry(entry: Entry, apiOrigin: string): Sample[] {
  if (entry.endpoint.access === 'caller') return samplesOf(callOf(entry, apiOrigin), apiOrigin);
  return [{ title: 'curl', code: curlOf(entry, apiOrigin) }];
}
