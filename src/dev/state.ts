import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

export const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.jestha');
const STATE_FILE = join(FOLDER, 'state.json');

/** The folder of the embedded Postgres. */
export const DATA_DIR = join(FOLDER, 'postgres');

/** The file of the embedded Redis. */
export const REDIS_FILE = join(FOLDER, 'redis');

/** The log of the Worker, workerd and the build, from the root of the project. */
export const LOG_FILE = '.jestha/worker.log';

/** The folder of sent mails. */
export const MAIL_FOLDER = join(FOLDER, 'mail');

/** A picture for the printed curl line, from where it is pasted. */
export const PICTURE = '.jestha/picture.png';

const stateSchema = z.object({
  /** Password of the SQL emulator, token of the Redis emulator, key of the mail server. */
  secret: z.string(),
  /** The addresses of the services of the running (or last) stack. */
  services: z.object({ neon: z.string(), upstash: z.string(), mail: z.string() }).optional().catch(undefined),
  /** The address of its Worker. */
  worker: z.string().optional(),
  /** The demo account's password. */
  demoPassword: z.string().default(() => randomBytes(9).toString('base64url')),
  /** The demo key; its plaintext was printed once and is nowhere. */
  demoKey: z.object({ id: z.string(), accountId: z.string(), printedAt: z.string() }).optional(),
});

/** The state that the local stack keeps between starts, in a folder that git ignores. */
export type State = z.infer<typeof stateSchema>;

/** The state of the last start, or a new one with a new secret. */
export function readState(): State {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(STATE_FILE, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    return { secret: randomBytes(24).toString('base64url'), demoPassword: randomBytes(9).toString('base64url') };
  }
}

export function writeState(state: State): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(STATE_FILE, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** Writes `.dev.vars`, where `wrangler dev` looks for secrets. */
export function writeDevVars(vars: Record<string, string>): void {
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${value}`);
  writeFileSync(join(ROOT, '.dev.vars'), `# Written by the local stack.\n${lines.join('\n')}\n`, { mode: 0o600 });
}
