import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { playTour, shapeOf, withTour } from '../../src/dev/tour.ts';
import { generateKey } from '../../src/domain/keys/index.ts';
import { ROOT } from '../support/worker/bundle.ts';
import { freePorts } from '../support/worker/free-ports.ts';

const run = promisify(execFile);

/** The lines that a start prints, at most. */
const START_LINES_MAX = 20;
const LAST_LINE = /media=@\.jestha\/picture\.png\n/;

/** A copy of the project, so that a stack that runs in the real one is not disturbed. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'jestha-'));
  for (const name of ['package.json', 'wrangler.toml', 'tsconfig.json', 'src', 'migrations']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** A running stack, and its output. */
interface Stack {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output has it, or when the stack has ended. */
  printed(expected: RegExp): Promise<void>;
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Signs in with the library of every Python, and lists the keys with the cookies of its jar. */
const PYTHON = `
import http.cookiejar, json, sys, urllib.request
origin, password = sys.argv[1:]
unsealKey = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
body = json.dumps({"email": "demo@example.com", "password": password}).encode()
headers = {"Content-Type": "application/json", "Origin": origin}
unsealKey.open(urllib.request.Request(origin + "/api/auth/sign-in/email", body, headers))
print(unsealKey.open(origin + "/api/auth/api-keys").read().decode())
`;

const keysSchema = z.object({ apiKeys: z.array(z.object({ id: z.string(), label: z.string() })) });
const usageSchema = z.object({ buckets: z.array(z.object({ accepted: z.int() })) });

const curlLines = (output: string) => output.match(/curl http.*$/gm) ?? [];

describe('npm start', () => {
  let project: string;
  let port: number;
  let origin: string;
  let key: string;
  let postId: string;
  let running: Stack;
  const stacks: ChildProcess[] = [];

  function start(...args: string[]): Stack {
    const stack = spawn('node', ['src/dev/main.ts', ...args], {
      cwd: project,
      detached: true,
      env: { ...process.env, PORT: String(port), DATABASE_URL: '', REDIS_URL: '' },
    });
    stacks.push(stack);
    let output = '';
    const waiting = new Set<() => void>();
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      for (const look of waiting) look();
    };
    stack.stdout.on('data', read);
    stack.stderr.on('data', read);
    const ended = once(stack, 'exit').then(() => undefined);
    return {
      process: stack,
      output: () => output,
      printed(expected) {
        const seen = new Promise<void>((resolve) => {
          const look = () => expected.test(output) && resolve();
          waiting.add(look);
          look();
        });
        return Promise.race([seen, ended]);
      },
    };
  }

  async function started(...args: string[]): Promise<Stack> {
    const stack = start(...args);
    await stack.printed(LAST_LINE);
    return stack;
  }

  async function stop({ process: stack }: Stack, signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const exited = once(stack, 'exit');
    process.kill(stack.pid ?? 0, signal);
    await exited;
  }

  function isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Neither a stack nor a process that it started is left. */
  async function untilGone(gone: readonly ChildProcess[]): Promise<void> {
    const left = () => gone.flatMap(({ pid }) => (pid !== undefined && isAlive(-pid) ? [pid] : []));
    await expect.poll(left).toEqual([]);
  }

  const shell = async (command: string) => (await run('sh', ['-c', command], { cwd: project })).stdout;
  const withKey = () => ({ Authorization: `Bearer ${key}` });

  const password = () => /with ([\w-]{12})$/m.exec(running.output())?.[1] ?? '';

  /** Signs in as a client that is no browser. @returns its cookies */
  async function signIn(): Promise<string> {
    const response = await fetch(`${origin}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: origin },
      body: JSON.stringify({ email: 'demo@example.com', password: password() }),
    });
    await expect(response).toHaveStatus(200);
    return response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  }

  /** The requests that the demo key was admitted with. */
  async function usage(cookie: string): Promise<number> {
    const asked = async (path: string) =>
      await (await fetch(`${origin}/api/auth/api-keys${path}`, { headers: { cookie } })).json();
    const { apiKeys } = keysSchema.parse(await asked(''));
    const id = apiKeys.find(({ label }) => label === 'demo')?.id;
    const { buckets } = usageSchema.parse(await asked(`/${id}/usage?window=24h`));
    return buckets.reduce((sum, { accepted }) => sum + accepted, 0);
  }

  const status = async (path: string, init?: RequestInit) => (await fetch(origin + path, init)).status;

  beforeAll(async () => {
    project = copyProject();
    port = await freePorts(4);
    origin = `http://localhost:${port}`;
    running = await started();
    key = /^ {2}(jes_live_[0-9A-Za-z]{49})$/m.exec(running.output())?.[1] ?? '';
  });
  afterAll(() => {
    for (const { pid } of stacks) if (pid !== undefined && isAlive(-pid)) process.kill(-pid, 'SIGKILL');
    rmSync(project, { recursive: true });
  });

  test('prints one short block and nothing else', () => {
    const lines = running.output().split('\n');
    expect(lines.length).toBeLessThanOrEqual(START_LINES_MAX);
    const page = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(14);
    expect(page('Pages')).toMatch(
      new RegExp(`^${origin}/settings/api-access {3}sign in as demo@example\\.com with [\\w-]{12}$`),
    );
    expect(page('Docs')).toBe(`${origin}/docs`);
    expect(page('Description')).toBe(`${origin}/openapi.json`);
    expect(page('API')).toBe(`${origin}/api`);
    expect(page('Mail')).toBe(`http://localhost:${port + 3}/dev/mail`);
    expect(page('Log')).toMatch(/^\.jestha\/worker\.log /);
    expect(key).toMatch(/^jes_live_/);
  });

  test('prints links that lead somewhere, and mails those of its own host', async () => {
    for (const path of ['/', '/docs', '/openapi.json', '/settings/api-access']) expect(await status(path)).toBe(200);
    const body = new URLSearchParams({ email: 'demo@example.com' });
    expect(await status('/forgot-password', { method: 'POST', body })).toBe(200);
    const links = async () => {
      const mails = await (await fetch(`http://localhost:${port + 3}/dev/mail`)).text();
      return mails.match(/href="[^"?]*/g);
    };
    await expect.poll(links).toEqual([`href="${origin}/reset-password`]);
  });

  test('prints curl lines that work when pasted', async () => {
    const [whoami = '', post = '', upload = ''] = curlLines(running.output());
    expect(JSON.parse(await shell(`${whoami} -sS`))).toMatchObject({ username: 'demo' });
    const created = await shell(`${post} -sS -w ' %{http_code}'`);
    expect(created).toMatch(/^\{"id":"[0-9A-Z]{26}",.*\} 201$/);
    postId = created.slice('{"id":"'.length).slice(0, 26);
    expect(await shell(`${upload} -sS -w ' %{http_code}'`)).toMatch(
      /^\{"id":"[0-9A-Z]{26}",.*"mimeType":"image\/png".*\} 201$/,
    );
  });

  test('shows a line for each request, by its path pattern and without what the URL holds', async () => {
    await status('/verify-email?token=a-secret');
    await status('/api/posts/01HK153X000000000000000000?token=a-secret', { headers: withKey() });
    await status('/nowhere/a-secret');
    await running.printed(/^GET {4}\(unknown path\) +404 +\d+ ms$/m);
    expect(running.output()).toMatch(/^GET {4}\/verify-email +\d{3} +\d+ ms$/m);
    expect(running.output()).toMatch(/^GET {4}\/api\/posts\/:id +404 +\d+ ms$/m);
    expect(running.output()).not.toContain('a-secret');
    expect(readFileSync(join(project, '.jestha/worker.log'), 'utf8')).not.toContain('a-secret');
  });

  test('signs in clients that are no browsers: with Origin and without Sec-Fetch-Site', async () => {
    expect(await signIn()).toMatch(/^jestha\.session_token=/);
  });

  test.runIf(hasPython)('keeps Python signed in: its cookie jar sends no Secure cookies over http', async () => {
    const listed = await run('python3', ['-c', PYTHON, origin, password()]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ apiKeys: [{ label: 'demo' }] });
  });

  test('answers the tour of the README as it stands there: fields, headers and messages (npm run docs:tour)', async () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const tour = await playTour({ origin, key, password: password() });
    expect(shapeOf(withTour(readme, tour))).toBe(shapeOf(readme));
  });

  test('keeps running through 200 bodies that are refused or break off', async () => {
    const json = { 'Content-Type': 'application/json' };
    const large = Buffer.alloc(9_000_000, 'a');
    const form = new FormData();
    form.set('content', 'Too large');
    form.set('media', new Blob([large]), 'large.png');
    const body = '{"content":"Hello"}';
    for (let round = 0; round < 20; round++) {
      const oops = { ...json, Authorization: 'Bearer jes_live_oops' };
      expect(await status('/api/posts', { method: 'POST', headers: oops, body })).toBe(401);
      expect(await status('/api/posts', { method: 'POST', headers: oops, body: large })).toBe(401);
      expect(await status('/nowhere', { method: 'POST', headers: json, body: large })).toBe(404);
      expect(await status('/nowhere', { method: 'POST', headers: json, body })).toBe(404);
      expect(await status('/docs', { method: 'POST', headers: json, body: large })).toBe(405);
      for (const [path, sent] of [
        ['/api/auth/sign-in/email', 0],
        ['/api/auth/sign-in/email', 10],
        ['/api/posts', 100_000],
        ['/nowhere', 1_000_000],
      ] as const) {
        await hangUp(port, path, sent);
      }
      expect(await status('/api/auth/sign-in/email', { method: 'POST', headers: json, body: large })).toBe(413);
    }
    expect(await status('/api/posts', { method: 'POST', headers: withKey(), body: form })).toBe(413);
    expect(await status('/api/auth/me', { headers: withKey() })).toBe(200);
    expect(running.output()).not.toContain('!');
  });

  test('starts workerd again when it dies, and says so in one line', async () => {
    const workerd = await shell(
      `ps -o pid=,args= --ppid ${running.process.pid} | grep 'workerd serve' | awk '{print $1}'`,
    );
    process.kill(Number(workerd), 'SIGKILL');
    await running.printed(/^! The Worker ended by itself and was started again \(details: \.jestha\/worker\.log\)$/m);
    expect(await status('/api/auth/me', { headers: withKey() })).toBe(200);
  });

  test('builds the Worker again when a source changes, and keeps the last one that could be built', async () => {
    const source = join(project, 'src/http/api/service/health.ts');
    const text = readFileSync(source, 'utf8');
    writeFileSync(source, `${text}\n}`);
    await running.printed(/^! The Worker cannot be built; the one before still answers \(details: .*\)$/m);
    expect(await status('/healthz')).toBe(200);
    writeFileSync(source, text.replace('context, 200', 'context, 202'));
    await running.printed(/^The Worker was built again\.$/m);
    expect(await status('/healthz')).toBe(202);
    writeFileSync(source, text);
    await running.printed(/built again\.[\s\S]*built again\.$/m);
  });

  test('says which port is taken', async () => {
    const second = start();
    await second.printed(/Port/);
    expect(second.output()).toContain(`Port ${port} is taken`);
    expect(second.process.exitCode ?? (await once(second.process, 'exit'))[0]).toBe(1);
  });

  test('keeps its data when it is killed and started again', async () => {
    const cookie = await signIn();
    const used = await usage(cookie);
    expect(used).toBeGreaterThan(2);
    expect(await status('/api/auth/me', { headers: withKey() })).toBe(200);
    // Any later write of the file includes this call.
    const before = Date.now();
    const unknown = { Authorization: `Bearer ${generateKey()}` };
    expect(await status('/api/auth/me', { headers: unknown })).toBe(401);
    const file = join(project, '.jestha/redis');
    await expect.poll(() => statSync(file).mtimeMs).toBeGreaterThan(before);
    await stop(running, 'SIGKILL');
    running = await started();
    expect(running.output()).toContain('The demo key was printed when it was made, on ');
    expect(running.output()).not.toMatch(/jes_live_[0-9A-Za-z]{49}/);
    expect(await usage(cookie)).toBe(used + 1);
    const response = await fetch(`${origin}/api/posts/${postId}`, { headers: withKey() });
    expect(await response.json()).toMatchObject({ content: 'Hello from my service' });
    expect(readFileSync(join(project, '.jestha/state.json'), 'utf8')).not.toContain('jes_live_');
  });

  test('passes npm run demo', async () => {
    const demo = await run('node', ['src/dev/demo.ts'], { cwd: project });
    expect(demo.stdout.match(/✓/g)).toHaveLength(16);
    expect(demo.stdout).not.toContain('✗');
  });

  test('stops quietly and leaves nothing behind', async () => {
    const before = running.output().length;
    await stop(running);
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow('fetch failed');
    expect(running.output().slice(before)).toBe('');
    await untilGone([running.process]);
  });

  test('makes another key, and starts the services alone', async () => {
    const services = await started('--services', '--new-key');
    expect(/^ {2}(jes_live_[0-9A-Za-z]{49})$/m.exec(services.output())?.[1]).not.toBe(key);
    expect(services.output()).toContain(`npx wrangler dev --port ${port}`);
    await stop(services);
    await untilGone(stacks);
  });
});

/** Announces a body, sends some of it and hangs up. */
async function hangUp(port: number, path: string, sent: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n`;
  await new Promise<void>((resolve) => socket.write(head + '{'.repeat(sent), () => resolve()));
  socket.destroy();
}
