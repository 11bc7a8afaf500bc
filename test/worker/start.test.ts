import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../support/bundle.ts';

const run = promisify(execFile);

/** A copy of the project, so that a stack that runs in the real one is not disturbed. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'jestha-'));
  for (const name of ['package.json', 'wrangler.toml', 'tsconfig.json', 'src', 'migrations']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** The first of four free ports in a row. */
async function freePorts(): Promise<number> {
  for (let port = 20_000 + (process.pid % 20_000); ; port += 4) {
    const probes = await Promise.allSettled(
      [port, port + 1, port + 2, port + 3].map(async (wanted) => {
        const probe = createServer().listen(wanted, '127.0.0.1');
        await once(probe, 'listening');
        probe.close();
      }),
    );
    if (probes.every(({ status }) => status === 'fulfilled')) return port;
  }
}

describe('npm start', () => {
  let project: string;
  let port: number;
  const stacks: ChildProcess[] = [];

  beforeAll(async () => {
    project = copyProject();
    port = await freePorts();
  });
  afterAll(() => {
    for (const { pid } of stacks) if (pid !== undefined && isAlive(-pid)) process.kill(-pid, 'SIGKILL');
    rmSync(project, { recursive: true });
  });

  /** Starts the stack and answers what it has printed when `expected` is there, or when it ends. */
  async function start(expected: RegExp, ...args: string[]): Promise<{ stack: ChildProcess; output: string }> {
    const stack = spawn('node', ['src/dev/main.ts', ...args], {
      cwd: project,
      detached: true,
      env: { ...process.env, PORT: String(port), DATABASE_URL: '', REDIS_URL: '' },
    });
    stacks.push(stack);
    let output = '';
    const printed = new Promise<void>((resolve) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (expected.test(output)) resolve();
      };
      stack.stdout?.on('data', read);
      stack.stderr?.on('data', read);
    });
    await Promise.race([printed, once(stack, 'exit')]);
    return { stack, output };
  }

  async function stop(stack: ChildProcess): Promise<void> {
    const exited = once(stack, 'exit');
    process.kill(stack.pid ?? 0, 'SIGINT');
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

  const curlLines = (output: string) => output.match(/curl http.*$/gm) ?? [];

  test(
    'ends with lines that work when pasted, keeps its data, and leaves nothing behind',
    { timeout: 120_000 },
    async () => {
      const first = await start(/Post a Jes:\n.*\n/);
      const key = /^ {2}(jes_live_[0-9A-Za-z]{49})$/m.exec(first.output)?.[1];
      expect(key).toBeDefined();
      const [whoami = '', post = '', upload = ''] = curlLines(first.output);
      expect(JSON.parse((await run('sh', ['-c', `${whoami} -sS`])).stdout)).toMatchObject({ username: 'demo' });
      const created = await run('sh', ['-c', `${post} -sS -w ' %{http_code}'`]);
      expect(created.stdout).toMatch(/^\{"id":"[0-9A-Z]{26}",.*\} 201$/);
      const uploaded = await run('sh', ['-c', `${upload} -sS -w ' %{http_code}'`], { cwd: project });
      expect(uploaded.stdout).toMatch(/^\{"id":"[0-9A-Z]{26}",.*"mimeType":"image\/png".*\} 201$/);

      const taken = await start(/Port/);
      expect(taken.output).toContain(`Port ${port} is taken`);
      expect(taken.stack.exitCode ?? (await once(taken.stack, 'exit'))[0]).toBe(1);
      await stop(first.stack);
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');

      const second = await start(/Post a Jes:\n.*\n/);
      expect(second.output).toContain('The demo key was printed when it was made, on ');
      expect(second.output).not.toMatch(/jes_live_[0-9A-Za-z]{49}/);
      expect(JSON.parse((await run('sh', ['-c', `${whoami} -sS`])).stdout)).toMatchObject({
        username: 'demo',
        totalPosts: 2,
      });
      const demo = await run('node', ['src/dev/demo.ts'], { cwd: project });
      expect(demo.stdout.match(/✓/g)).toHaveLength(14);
      expect(demo.stdout).not.toContain('✗');
      await stop(second.stack);

      const third = await start(/Post a Jes:\n.*\n/, '--services', '--new-key');
      expect(/^ {2}(jes_live_[0-9A-Za-z]{49})$/m.exec(third.output)?.[1]).not.toBe(key);
      await stop(third.stack);
      for (const { pid } of stacks) expect(isAlive(-(pid ?? 0))).toBe(false);
      expect(readFileSync(join(project, '.jestha/state.json'), 'utf8')).not.toContain('jes_live_');
    },
  );
});
