import { insertAccount } from '../../src/dev/insert-account.ts';
import type { ServiceSecrets } from '../../src/dev/secrets.ts';
import { createKey, type NewKey } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { withContext } from '../../src/ops/context.ts';

/** The limit of active keys per account. */
const KEYS_PER_ACCOUNT = 5;
/** Two for each pass over a row that ends keys: ten in a full run. */
const SPARE_KEYS = 24;
/** Accounts made, or given keys, at a time. */
const CONCURRENCY = 8;

const SCOPES: NewKey['scopes'] = ['write:jes', 'write:comment', 'read:comment', 'read:engagement'];
const NEW_KEY: NewKey = { label: 'Bench', scopes: SCOPES, acceptTerms: true };

export interface SeededKey {
  readonly key: string;
  /** The name of its record in Redis. */
  readonly hash: string;
}

export interface Seed {
  readonly accountIds: readonly string[];
  /** In an order in which neighbours belong to different accounts. */
  readonly keys: readonly SeededKey[];
  /** Keys that rows may use up or revoke. */
  readonly spareKeys: readonly SeededKey[];
}

/** Makes accounts with five keys each, through the same verbs as the product. */
export async function seedAccounts(secrets: ServiceSecrets, accounts: number): Promise<Seed> {
  // Tells this run's accounts from those of others in a database that is used again.
  const run = crypto.randomUUID().slice(0, 8);
  const accountIds = await inParallel(accounts, (index) => {
    const seeded = { username: `bench_${run}_${index}`, bio: 'Measured, not real.' };
    return withContext(secrets, Date.now(), (ctx) => insertAccount(ctx, seeded));
  });
  const keys = await makeKeys(secrets, accountIds, KEYS_PER_ACCOUNT);
  return { accountIds, keys: keys.slice(SPARE_KEYS), spareKeys: keys.slice(0, SPARE_KEYS) };
}

/** Makes keys of accounts: one of each account, then the next of each. */
export async function makeKeys(
  secrets: ServiceSecrets,
  accountIds: readonly string[],
  perAccount: number,
): Promise<SeededKey[]> {
  const ofAccounts = await inParallel(accountIds.length, async (index) => {
    const keys: SeededKey[] = [];
    for (let nth = 0; nth < perAccount; nth++) {
      const { key } = await withContext(secrets, Date.now(), (ctx) => createKey(ctx, accountIds[index] ?? '', NEW_KEY));
      keys.push({ key, hash: await sha256Hex(key) });
    }
    return keys;
  });
  return Array.from({ length: perAccount }, (_, nth) => ofAccounts.flatMap((keys) => keys.slice(nth, nth + 1))).flat();
}

/** The results of so many calls, {@link CONCURRENCY} of which run at a time. */
async function inParallel<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  async function loop(): Promise<void> {
    for (let index = next++; index < count; index = next++) made[index] = await make(index);
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, loop));
  return made;
}
