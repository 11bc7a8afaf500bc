import { NeonDbError } from '@neondatabase/serverless';
import * as z from 'zod';
import { connectSql, pendingMigrations } from '../migrate.ts';
import type { Given } from './configuration.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

/** A suspended compute of Neon wakes within a second; an operator may be far from both stores. */
const TIMEOUT_MS = 10_000;

const NOT_CHECKED = 'First its configuration, above.';

/** Checks if Neon answers, and which migrations it lacks. Only reads. */
export async function checkNeon({ values }: Given): Promise<Finding[]> {
  const { DATABASE_URL, NEON_SQL_ENDPOINT } = values;
  if (!DATABASE_URL) return [unknown('Neon: not asked', NOT_CHECKED)];
  try {
    const sql = connectSql(DATABASE_URL, NEON_SQL_ENDPOINT);
    const [row] = await within(sql`SELECT current_setting('server_version') AS version`);
    const pending = await within(pendingMigrations(sql));
    return [
      fine(`Neon answers: Postgres ${String(row?.version).split(' ')[0]}`),
      pending.length === 0
        ? fine('no migration is pending')
        : wrong(`${pending.length} migration(s) pending: ${pending.join(', ')}`, 'npm run db:migrate'),
    ];
  } catch (error) {
    return [
      wrong(`Neon does not answer: ${reasonOf(error)}`, 'Is DATABASE_URL the connection string that Neon shows now?'),
    ];
  }
}

/** Checks if Redis answers, and if it evicts keys. Only reads. */
export async function checkRedis({ values }: Given): Promise<Finding[]> {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = values;
  if (!url || !token) return [unknown('Redis: not asked', NOT_CHECKED)];
  try {
    await redis(url, token, ['PING']);
  } catch (error) {
    const next =
      'Are UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN those of one database, and not the read-only token?';
    return [wrong(`Redis does not answer: ${reasonOf(error)}`, next)];
  }
  return [fine('Redis answers'), await checkEviction(url, token)];
}

/**
 * An evicted record costs a statement; an evicted window forgets what a key has spent, an evicted tombstone ten
 * minutes.
 */
async function checkEviction(url: string, token: string): Promise<Finding> {
  const info = await redis(url, token, ['INFO']).catch(() => '');
  const policy = /^maxmemory[_-]policy:(\S+)/m.exec(String(info))?.[1];
  if (policy === undefined)
    return unknown('eviction: Redis does not say', "Upstash, the database's Details: Eviction must be off.");
  if (policy === 'noeviction') return fine('nothing is evicted (noeviction)');
  return wrong(`Redis evicts: ${policy}`, "Upstash, the database's Details: turn Eviction off.");
}

const replySchema = z.object({ result: z.unknown() });

class HttpError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

async function redis(url: string, token: string, command: readonly string[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new HttpError(response.status);
  return replySchema.parse(await response.json()).result;
}

async function within<T>(work: PromiseLike<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DOMException('', 'TimeoutError')), TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The reason in our own words: the messages of others may hold a host, a user, a password. */
function reasonOf(error: unknown): string {
  if (error instanceof HttpError) return error.status === 401 ? 'it refuses the token' : error.message;
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `nothing came within ${TIMEOUT_MS / 1_000} seconds`;
  const sqlstate = error instanceof NeonDbError ? error.code : undefined;
  if (sqlstate === '28P01') return 'it refuses the password';
  if (sqlstate === '3D000') return 'it has no such database';
  if (sqlstate) return `SQLSTATE ${sqlstate}`;
  const cause: unknown =
    error instanceof NeonDbError ? error.sourceError?.cause : error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  if (code === 'ENOTFOUND') return 'its host is not known';
  return code ?? 'the connection failed';
}
