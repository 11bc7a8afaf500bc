import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { createJesthaClient, type Jes, type JesthaClient, UnexpectedAnswer } from '../../src/client/index.ts';
import type { NewKey } from '../../src/domain/keys/index.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { ROOT } from '../support/worker/bundle.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const run = promisify(execFile);

let workers: Workers;
let origin: string;
let key: string;
beforeAll(async () => {
  workers = await startWorkers(1);
  origin = workers.urls[0] ?? '';
  const scopes: NewKey['scopes'] = ['write:jes', 'write:comment', 'read:comment', 'read:engagement'];
  key = (await makeKey(workers.secrets, { scopes })).key;
});
afterAll(() => workers.close());

describe('the client', () => {
  let jestha: JesthaClient;
  beforeAll(() => {
    jestha = createJesthaClient({ key, origin });
  });

  test('returns the data of a response, typed', async () => {
    const result = await jestha.post('/api/posts', { body: { content: 'Hello' } });
    if (!result.ok) throw new Error(result.error.message);
    expectTypeOf(result.data).toEqualTypeOf<Jes>();
    await expect(result.response).toHaveStatus(201);
    expect(result.data).toMatchObject({ content: 'Hello', visibility: 'PUBLIC', counts: { likes: 0 } });
  });

  test('returns an error with its code', async () => {
    const result = await jestha.post('/api/posts', { body: { content: '' } });
    if (result.ok || result.error.code !== 'invalid_request') throw new Error('it was taken');
    expectTypeOf(result.error.details).toEqualTypeOf<readonly { readonly path: string; readonly message: string }[]>();
    await expect(result.response).toHaveStatus(400);
    expect(result.error.details).toEqual([{ path: 'content', message: 'must not be empty' }]);
  });

  test('knows the errors of each endpoint', async () => {
    const me = await createJesthaClient({ key: 'jes_live_short', origin }).get('/api/auth/me');
    if (me.ok) throw new Error('it was taken');
    expect(me.error).toMatchObject({ code: 'invalid_api_key', error: 'Invalid API key' });
    expectTypeOf(me.error.code).toExtend<string>();
    expectTypeOf<'already_bounced'>().not.toExtend<typeof me.error.code>();
    expectTypeOf<'rate_limit_exceeded'>().toExtend<typeof me.error.code>();
    const unknown = await jestha.get('/api/posts/:id', { params: { id: '01HK153X000000000000000000' } });
    expect(unknown.ok ? undefined : unknown.error.code).toBe('not_found');
  });

  test('refuses invalid input before it sends a request', () => {
    const post = jestha.post<'/api/posts'>;
    type Sent = NonNullable<Parameters<typeof post>[1]>;
    expectTypeOf<{ body: { content: string } }>().toExtend<Sent>();
    expectTypeOf<{ form: { media: Blob[] } }>().toExtend<Sent>();
    expectTypeOf<{ body: { content: number } }>().not.toExtend<Sent>();
    expectTypeOf<{ body: { visibility: 'PUBLIC' } }>().not.toExtend<Sent>();
    expectTypeOf<{ body: { content: string; visibility: 'SECRET' } }>().not.toExtend<Sent>();
    expectTypeOf<'/api/nowhere'>().not.toExtend<Parameters<JesthaClient['get']>[0]>();
    expectTypeOf<'/api/posts'>().not.toExtend<Parameters<JesthaClient['get']>[0]>();
    expect(typeof post).toBe('function');
  });

  test('sends an idempotency key, so a retry gets the same response', async () => {
    const send = () => jestha.post('/api/posts', { body: { content: 'Once' }, idempotencyKey: 'k' });
    const [first, second] = [await send(), await send()];
    expect(first.response.headers.get('Idempotent-Replayed')).toBeNull();
    expect(second.response.headers.get('Idempotent-Replayed')).toBe('true');
    expect(second.ok && second.data).toEqual(first.ok && first.data);
  });

  test('puts variables into the path as they are, and never leads to another', async () => {
    const read = (id: string) => jestha.get('/api/posts/:id', { params: { id } });
    await expect((await read('a/b?c#d')).response).toHaveStatus(404);
    for (const id of ['', '.', '..']) await expect(read(id)).rejects.toThrow(new TypeError(`id must not be "${id}"`));
  });

  test('throws if another server than the API answers', async () => {
    const server = createServer((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>')).listen(0);
    const { port } = server.address() as AddressInfo;
    const away = createJesthaClient({ key, origin: `http://127.0.0.1:${port}` }).get('/api/auth/me');
    await expect(away).rejects.toThrow(UnexpectedAnswer);
    await expect(away).rejects.toMatchObject({ response: { status: 502 } });
    server.close();
  });

  test('stops waiting when its signal aborts', async () => {
    await expect(jestha.get('/api/auth/me', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });
});

/** The package as npm would install it elsewhere: the built client, and the examples of its page as a program. */
describe('the example program in the README of the client', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jestha-client-'));
    const installed = join(folder, 'node_modules/jestha-api');
    mkdirSync(installed, { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
    await run('tsc', ['-p', 'src/client', '--outDir', join(installed, 'dist-client')], { cwd: ROOT });
    const page = readFileSync(join(ROOT, 'src/client/README.md'), 'utf8');
    const blocks = Array.from(page.matchAll(/```ts\n(.*?)```/gs), ([, code = '']) => code);
    const program = blocks
      .join('\n')
      .replaceAll("JESTHA_API_KEY ?? ''", "JESTHA_API_KEY ?? '', origin: process.env.JESTHA_ORIGIN ?? ''");
    writeFileSync(join(folder, 'usage.mts'), program);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      typeRoots: [join(ROOT, 'node_modules/@types')],
      types: ['node'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['usage.mts'] }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('compiles, strictly and without skipping the types of the package', async () => {
    const { stdout } = await run('tsc', ['-p', folder], { cwd: ROOT }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  test('runs in Node as it stands', async () => {
    const env = { ...process.env, JESTHA_API_KEY: key, JESTHA_ORIGIN: origin };
    const { stdout } = await run('node', [join(folder, 'usage.mts')], { env });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^Posting as \w+$/),
      expect.stringMatching(/^Posted http:\/\/jestha\.com\/post\/[0-9A-Z]{26}$/),
      '1 comment, next page: null',
      expect.stringMatching(/^\d+ requests left in this minute$/),
      'A picture of 1 pixel: One black pixel',
      'Deleted: true',
      'Sent once: true',
      '',
    ]);
  });
});
