import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { createKey, revokeKey, SCOPE_NAMES } from '../domain/keys/index.ts';
import { withContext } from '../ops/context.ts';
import { ROOT, readState } from './state.ts';
import { localStores } from './stores.ts';

/** The address of the stack in the README. */
const ORIGIN = 'http://localhost:8787';
const JSON_TYPE = "-H 'Content-Type: application/json'";
const BEARER = '-H "Authorization: Bearer $KEY"';
const NEW_KEY =
  '{"label":"Blog bridge","scopes":["write:jes"],"expiresInDays":90,"ipAllowlist":["127.0.0.0/8"],"acceptTerms":true}';

/** The commands of the README, by the part of the tour. `{id}` is the key that was made before. */
const TOUR = {
  me: [`curl -i ${ORIGIN}/api/auth/me ${BEARER}`],
  key: [
    `curl ${ORIGIN}/api/posts ${BEARER} ${JSON_TYPE} -d '{"content":"Hello from my service","visibility":"PUBLIC"}'`,
    `curl ${ORIGIN}/api/posts ${BEARER} ${JSON_TYPE} -d '{"content":"","visiblity":"PUBLIC"}'`,
    `curl ${ORIGIN}/api/auth/me -H "Authorization: Bearer jes_live_oops"`,
  ],
  person: [
    `curl -c jar ${ORIGIN}/api/auth/sign-in/email ${JSON_TYPE} -d '{"email":"demo@example.com","password":"…"}'`,
    `curl -b jar ${ORIGIN}/api/auth/api-keys ${JSON_TYPE} -d '${NEW_KEY}'`,
    `curl -b jar -X DELETE ${ORIGIN}/api/auth/api-keys/{id}`,
    `curl ${ORIGIN}/api/auth/api-keys ${BEARER}`,
  ],
} as const;

type Part = keyof typeof TOUR;
const PARTS = z.array(z.enum(['me', 'key', 'person'])).parse(Object.keys(TOUR));

export interface Guide {
  readonly origin: string;
  /** An API key of the demo account, and its password. */
  readonly key: string;
  readonly password: string;
}

const run = promisify(execFile);
const madeKeySchema = z.object({ apiKey: z.object({ id: z.string() }) });

/** Runs the commands against a stack. @returns each part as Markdown */
export async function playTour({ origin, key, password }: Guide): Promise<Record<Part, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'jestha-tour-'));
  let id = '';
  async function play(command: string): Promise<string> {
    const shown = command.replace('{id}', id);
    const real = shown.replaceAll(ORIGIN, origin).replace('…', password);
    const { stdout } = await run('sh', ['-c', `${real} -sS`], { cwd: folder, env: { ...process.env, KEY: key } });
    const made = shown.includes(NEW_KEY) ? madeKeySchema.parse(JSON.parse(stdout)) : undefined;
    id = made?.apiKey.id ?? id;
    const output = stdout
      .replaceAll('\r', '')
      .replaceAll(origin, ORIGIN)
      .replaceAll(/(jes_live_\w{4})\w{45}/g, '$1…');
    return `$ ${shown}\n${output}`;
  }
  try {
    // Once before, so that the pasted request is a warm one.
    await play(TOUR.me[0]);
    const played: Partial<Record<Part, string>> = {};
    for (const part of PARTS) {
      const blocks: string[] = [];
      for (const command of TOUR[part]) blocks.push(await play(command));
      played[part] = `\`\`\`console\n${blocks.join('\n\n')}\n\`\`\``;
    }
    return z.record(z.enum(PARTS), z.string()).parse(played);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const marked = (part: Part) => new RegExp(`(<!-- tour: ${part} -->\\n)[\\s\\S]*?(\\n<!-- /tour -->)`);

/** Pastes the tour into the README's text. @throws Error if it has no place for a part */
export function withTour(readme: string, tour: Readonly<Record<Part, string>>): string {
  return PARTS.reduce((text, part) => {
    if (!marked(part).test(text)) throw new Error(`README.md has no place for the part "${part}" of the tour.`);
    return text.replace(marked(part), (_, before: string, after: string) => before + tour[part] + after);
  }, readme);
}

/**
 * A text without what differs between two runs: ids, times, keys, counts, durations. Fields, headers and messages stay.
 */
export function shapeOf(text: string): string {
  return text
    .replaceAll(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/jes_live_\w{4}(?=…|\*{4})/g, 'KEY')
    .replaceAll(/^([A-Z][\w-]+: )(.*)$/gm, (_, name: string, value: string) => name + value.replaceAll(/[\d.]+/g, 'N'))
    .replaceAll(/("\w+":)\d+/g, '$1N');
}

/** Writes the tour of the README, with a key that is revoked at the end. */
async function writeTour(): Promise<void> {
  const { worker, demoKey, demoPassword } = readState();
  if (worker === undefined || demoKey === undefined) throw new Error('No local stack was started here yet: npm start');
  const { accountId } = demoKey;
  const newKey = { label: 'demo', scopes: SCOPE_NAMES, acceptTerms: true } as const;
  const { apiKey, key } = await withContext(localStores(), Date.now(), (ctx) => createKey(ctx, accountId, newKey));
  try {
    const path = join(ROOT, 'README.md');
    const tour = await playTour({ origin: worker, key, password: demoPassword });
    writeFileSync(path, withTour(readFileSync(path, 'utf8'), tour));
  } finally {
    const revoked = { id: apiKey.id, accountId, reason: 'user' } as const;
    await withContext(localStores(), Date.now(), (ctx) => revokeKey(ctx, revoked));
  }
}

if (import.meta.main) await writeTour();
