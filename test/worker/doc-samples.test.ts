import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { type Site, startSite } from '../support/browser/site.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { jpeg } from '../support/media/images.ts';
import { ROOT } from '../support/worker/bundle.ts';

const run = promisify(execFile);
const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

/** The languages of the samples: the file of a sample, its command, and true if this machine has it. */
const LANGUAGES = [
  { title: 'curl', file: 'sample.sh', command: 'bash', isHere: has('curl', '--version') },
  { title: 'Node', file: 'sample.mjs', command: 'node', isHere: true },
  { title: 'TypeScript', file: 'sample.mts', command: 'node', isHere: true },
  { title: 'Python', file: 'sample.py', command: 'python3', isHere: has('python3', '-c', 'import requests') },
  { title: 'PHP', file: 'sample.php', command: 'php', isHere: has('php', '-r', 'curl_version();') },
  { title: 'Go', file: 'main.go', command: 'go', args: ['run'], isHere: has('go', 'version') },
];

/** The samples of a page in a language, in the order of the page. */
const samplesOf = (markdown: string, title: string) =>
  [...markdown.matchAll(new RegExp(`^\`\`\`\\w* ${title}\\n([\\s\\S]+?)\\n\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  );

describe('the samples of the documentation', () => {
  let site: Site;
  let folder: string;
  const page = async (path: string) => await (await fetch(`${site.origin}${path}.md`)).text();

  beforeAll(async () => {
    site = await startSite();
    folder = mkdtempSync(join(tmpdir(), 'samples-'));
    writeFileSync(join(folder, 'fox.jpg'), jpeg());
    const installed = join(folder, 'node_modules/jestha-api');
    mkdirSync(installed, { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
    await run('tsc', ['-p', 'src/client', '--outDir', join(installed, 'dist-client')], { cwd: ROOT });
  });
  afterAll(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });

  describe.each(LANGUAGES.filter(({ isHere }) => isHere))('in $title', ({ title, file, command, args = [] }) => {
    test.each([
      ['/docs/quickstart', 0, 'username'],
      ['/docs/quickstart', 1, 'Hello from my service'],
      ['/docs/idempotency', 0, 'Order 4711 is on its way'],
      ['/docs/media', 0, 'A fox asleep on a garden wall'],
    ])('run as %s has them (%i)', async (path, index, answer) => {
      const { key } = await makeKey(site.secrets);
      writeFileSync(join(folder, file), samplesOf(await page(path), title)[index] ?? '');
      const env = { ...process.env, JESTHA_API_KEY: key };
      const { stdout } = await run(command, [...args, file], { cwd: folder, env });
      expect(stdout).toContain(answer);
    });
  });

  test('in TypeScript have the types of the client, for every call', async () => {
    const files = await Promise.all(
      ENDPOINTS.filter(({ access }) => access === 'caller').map(async ({ operationId }) => {
        const [code = ''] = samplesOf(await page(`/docs/reference/${operationId}`), 'TypeScript');
        writeFileSync(join(folder, `${operationId}.mts`), code);
        return `${operationId}.mts`;
      }),
    );
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      typeRoots: [join(ROOT, 'node_modules/@types')],
      types: ['node'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const { stdout } = await run('tsc', ['-p', folder], { cwd: ROOT }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
    expect(files.length).toBeGreaterThan(20);
  });

  test('encrypt and decrypt a key for its user alone', async () => {
    const [code = ''] = samplesOf(await page('/docs/storing'), 'keys.js');
    writeFileSync(join(folder, 'keys.mjs'), code);
    const program = `
      import { decrypt, encrypt } from './keys.mjs';
      const stored = encrypt('jes_live_x', 'ada');
      console.log(decrypt(stored, 'ada'), stored.includes('jes_live'));
      try { decrypt(stored, 'zoe'); } catch { console.log('refused'); }`;
    writeFileSync(join(folder, 'program.mjs'), program);
    const env = { ...process.env, KEY_ENCRYPTION_SECRET: Buffer.alloc(32, 7).toString('base64') };
    const { stdout } = await run('node', ['program.mjs'], { cwd: folder, env });
    expect(stdout).toBe('jes_live_x false\nrefused\n');
  });
});
