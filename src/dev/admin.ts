import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { revokeAnyKey } from '../domain/keys/index.ts';
import { Refused } from '../domain/refusal.ts';
import { type StoreSecrets, withContext } from './context.ts';
import { environmentStores, localStores } from './stores.ts';

const USAGE = `npm run admin -- revoke ID [--reason admin|leaked]
npm run admin -- revoke --stdin [--reason admin|leaked] < file with the key

Revokes any key at once. A key itself is read from standard input only, so that it stands in no shell history. Of which
deployment: that of DATABASE_URL, UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or the local stack without them.`;

const reasonSchema = z.enum(['admin', 'leaked'], { error: 'The reason is admin or leaked.' });

/** The stores of the environment; without any of them those of the local stack. */
function stores(): StoreSecrets {
  const { DATABASE_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = process.env;
  const isNamed = DATABASE_URL ?? UPSTASH_REDIS_REST_URL ?? UPSTASH_REDIS_REST_TOKEN;
  return isNamed === undefined ? localStores() : environmentStores();
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
