import { createKey, revokeKey, SCOPE_NAMES } from '../domain/keys/index.ts';
import { withContext } from '../ops/context.ts';
import { insertAccount } from './insert-account.ts';
import type { Origins, ServiceSecrets } from './secrets.ts';
import type { State } from './state.ts';

/** The account that the local stack has from its first start on. */
const DEMO = { name: 'Demo Account', username: 'demo', email: 'demo@example.com' };

export interface Seeded {
  readonly demoKey: NonNullable<State['demoKey']>;
  /** The plaintext, when one was made just now. */
  readonly key: string | undefined;
}

/**
 * Makes the demo account and its key, unless they exist. With `isNewKeyWanted` it revokes the previous key and makes
 * another: a key can be printed only once.
 */
export async function seed(secrets: ServiceSecrets & Origins, state: State, isNewKeyWanted: boolean): Promise<Seeded> {
  // A context for each verb, as the Worker has one for each request: they share no budget.
  const now = Date.now();
  const known = state.demoKey;
  const accountId = await signUpDemo(secrets, state.demoPassword);
  // The database may be another one than last time.
  const isThere = known?.accountId === accountId;
  if (known && isThere && !isNewKeyWanted) return { demoKey: known, key: undefined };
  if (known && isThere) {
    await withContext(secrets, now, (ctx) => revokeKey(ctx, { id: known.id, accountId, reason: 'user' }));
  }
  const newKey = { label: 'demo', scopes: SCOPE_NAMES, acceptTerms: true } as const;
  const { apiKey, key } = await withContext(secrets, now, (ctx) => createKey(ctx, accountId, newKey));
  return { demoKey: { id: apiKey.id, accountId, printedAt: new Date(now).toISOString() }, key };
}

/**
 * The demo account's id. It signs up like any account, and needs no mail to confirm its address; an existing one stays.
 */
async function signUpDemo(secrets: ServiceSecrets & Origins, password: string): Promise<string> {
  const client = { address: undefined, userAgent: null, cookie: null };
  await withContext(secrets, Date.now(), async ({ ports }) => {
    const identity = await ports.identity;
    return await identity.signUp({ ...DEMO, password }, client);
  });
  return await withContext(secrets, Date.now(), (ctx) => insertAccount(ctx, DEMO));
}
