import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { environmentStores, localStores } from '../dev/stores.ts';
import { ApiError } from '../domain/api-error.ts';
import type { Ctx } from '../domain/context.ts';
import { revokeAnyKey } from '../domain/keys/index.ts';
import { suspendAccount, unsuspendAccount } from '../domain/suspension/index.ts';
import { type StoreSecrets, withContext } from './context.ts';
import { printable } from './printable.ts';

const USAGE = `npm run admin -- revoke ID [--reason admin|leaked]
npm run admin -- revoke --stdin [--reason admin|leaked] < file with the key
npm run admin -- suspend USERNAME|ID
npm run admin -- unsuspend USERNAME|ID

revoke      revokes any key at once. A key itself is read from standard input only, so that it stands in no shell history.
suspend     refuses all sessions and keys of an account at once, and stops its webhooks. Nothing is deleted.
unsuspend   lets them work again.

Of which deployment: that of DATABASE_URL, UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or the local stack without
them.`;

const reasonSchema = z.enum(['admin', 'leaked'], { error: 'The reason is admin or leaked.' });

/** The stores of the environment; without any of them those of the local stack. */
function stores(): StoreSecrets {
  const { DATABASE_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = process.env;
  const isNamed = DATABASE_URL ?? UPSTASH_REDIS_REST_URL ?? UPSTASH_REDIS_REST_TOKEN;
  return isNamed === undefined ? localStores() : environmentStores();
}

const run = <T>(work: (ctx: Ctx) => Promise<T>) => withContext(stores(), Date.now(), work);

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { reason: { type: 'string' }, stdin: { type: 'boolean', default: false } },
  });
  const [command, name, ...rest] = positionals;
  if (rest.length > 0) throw new Error(USAGE);
  if (command === 'revoke' && (name !== undefined) !== values.stdin) {
    return await revoke(name === undefined ? { key: (await text(process.stdin)).trim() } : { id: name }, values.reason);
  }
  const isOfAccount = name !== undefined && !values.stdin && values.reason === undefined;
  if (command === 'suspend' && isOfAccount) {
    const { id, username, suspendedAt } = await run((ctx) => suspendAccount(ctx, name));
    return `@${printable(username)} (${id}) is suspended since ${suspendedAt}.`;
  }
  if (command === 'unsuspend' && isOfAccount) {
    const { id, username } = await run((ctx) => unsuspendAccount(ctx, name));
    return `@${printable(username)} (${id}) is not suspended.`;
  }
  throw new Error(USAGE);
}

async function revoke(which: { readonly id: string } | { readonly key: string }, reason = 'admin'): Promise<string> {
  const parsed = reasonSchema.parse(reason);
  const { label, maskedKey, revokedAt, revokedReason } = await run((ctx) => revokeAnyKey(ctx, which, parsed));
  return `${maskedKey} "${printable(label)}" is revoked since ${revokedAt} (${revokedReason}).`;
}

/** The cause of a failure in a sentence, without what others put into their messages. */
function explain(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ message }) => message).join(' ');
  if (error instanceof ApiError) {
    const { reason } = error;
    if (reason.code === 'not_found') return 'There is no such key or account.';
    if (reason.code === 'service_unavailable') {
      return reason.why === 'suspension'
        ? 'This is done in Neon, but Redis could not be told. Run the same command again.'
        : 'The key is revoked in Neon, but Redis could not be told. Run the same command again.';
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
