import { insertAccount } from '../../src/dev/insert-account.ts';
import type { ServiceSecrets } from '../../src/dev/secrets.ts';
import { createKey, type NewKey } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { withContext } from '../../src/ops/context.ts';

/** The limit of active keys per account. */
const KEYS_PER_ACCOUNT = 5;
/** Two for each pass over a row that ends keys: ten in a full run. */
const SPARE_KEYS = 24;
/** Accounts made at a time. */
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
  const accountIds: string[] = [];
  const keys: SeededKey[] = [];
  let next = 0;
  async function loop(): Promise<void> {
    for (let index = next++; index < accounts; index = next++) {
      const seeded = { username: `bench_${run}_${index}`, bio: 'Measured, not real.' };
      const accountId = await withContext(secrets, Date.now(), (ctx) => insertAccount(ctx, seeded));
      accountIds.push(accountId);
      for (let nth = 0; nth < KEYS_PER_ACCOUNT; nth++) {
        const { key } = await withContext(secrets, Date.now(), (ctx) => createKey(ctx, accountId, NEW_KEY));
        keys[nth * accounts + index] = { key, hash: await sha256Hex(key) };
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, loop));
  return { accountIds, keys: keys.slice(SPARE_KEYS), spareKeys: keys.slice(0, SPARE_KEYS) };
}
