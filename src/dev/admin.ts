import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { revokeAnyKey } from '../domain/keys/index.ts';
import { Refused } from '../domain/refusal.ts';
import { type StoreSecrets, withContext } from './context.ts';
import { secretsFor } from './secrets.ts';
import { readState } from './state.ts';

const USAGE = `npm run admin -- revoke ID [--reason admin|leaked]
npm run admin -- revoke --stdin [--reason admin|leaked] < file with the key

Revokes any key at once. A key itself is read from standard input only, so that it stands in no shell history. Of which
deployment: that of DATABASE_URL, UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or the local stack without them.`;

const reasonSchema = z.enum(['admin', 'leaked'], { error: 'The reason is admin or leaked.' });

const environmentSchema = z.object({
  DATABASE_URL: z.string({ error: 'DATABASE_URL is not set.' }),
  NEON_SQL_ENDPOINT: z.string().optional(),
  UPSTASH_REDIS_REST_URL: z.string({ error: 'UPSTASH_REDIS_REST_URL is not set.' }),
  UPSTASH_REDIS_REST_TOKEN: z.string({ error: 'UPSTASH_REDIS_REST_TOKEN is not set.' }),
});

/** The stores of the environment; without any of them those of the local stack that runs here. */
function stores(): StoreSecrets {
  const { DATABASE_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = process.env;
  if (DATABASE_URL ?? UPSTASH_REDIS_REST_URL ?? UPSTASH_REDIS_REST_TOKEN) {
    const { NEON_SQL_ENDPOINT, ...required } = environmentSchema.parse(process.env);
    return { ...required, ...(NEON_SQL_ENDPOINT !== undefined && { NEON_SQL_ENDPOINT }) };
  }
  const { services, secret } = readState();
  if (!services) throw new Error('No local stack was started here yet, and DATABASE_URL is not set.');
  return secretsFor(services, secret);
}

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { reason: { type: 'string', default: 'admin' }, stdin: { type: 'boolean', default: false } },
  });
  const [command, id, ...rest] = positionals;
  const isUsable = command === 'revoke' && rest.length === 0 && (id !== undefined) !== values.stdin;
  if (!isUsable) throw new Error(USAGE);
  const reason = reasonSchema.parse(values.reason);
  const which = id === undefined ? { key: (await text(process.stdin)).trim() } : { id };
  const { label, maskedKey, revokedAt, revokedReason } = await withContext(stores(), Date.now(), (ctx) =>
    revokeAnyKey(ctx, which, reason),
  );
  return `${maskedKey} "${label}" is revoked since ${revokedAt} (${revokedReason}).`;
}

/** What went wrong, in a sentence, without what others put into their messages. */
function explain(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ message }) => message).join(' ');
  if (error instanceof Refused) {
    if (error.refusal.code === 'not_found') return 'There is no such key.';
    if (error.refusal.code === 'service_unavailable') {
      return 'The key is revoked in Neon, but Redis could not be told. Run the same command again.';
    }
  }
  return error instanceof Error ? error.message : 'Something went wrong.';
}

try {
  console.log(await main());
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
