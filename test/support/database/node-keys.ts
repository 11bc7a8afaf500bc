import { insertAccount } from '../../../src/dev/insert-account.ts';
import type { ServiceSecrets } from '../../../src/dev/secrets.ts';
import { createKey, type NewKey, revokeKey } from '../../../src/domain/keys/index.ts';
import { suspendAccount } from '../../../src/domain/suspension/index.ts';
import { withContext } from '../../../src/ops/context.ts';
import { newUsername } from '../app/names.ts';

export interface NodeKey {
  readonly id: string;
  readonly accountId: string;
  readonly key: string;
}

/** A key of a new account, made from outside the Worker. */
export async function makeKey(
  secrets: ServiceSecrets,
  options: Partial<NewKey> = {},
  now = Date.now(),
): Promise<NodeKey> {
  return await withContext(secrets, now, async (ctx) => {
    const accountId = await insertAccount(ctx, { username: newUsername() });
    const newKey: NewKey = { label: 'Test service', scopes: ['write:jes'], acceptTerms: true, ...options };
    const { apiKey, key } = await createKey(ctx, accountId, newKey);
    return { accountId, id: apiKey.id, key };
  });
}

export async function revoke(secrets: ServiceSecrets, { id, accountId }: NodeKey): Promise<void> {
  await withContext(secrets, Date.now(), (ctx) => revokeKey(ctx, { id, accountId, reason: 'user' }));
}

/** Suspends the account of a key. */
export async function suspend(secrets: ServiceSecrets, { accountId }: NodeKey): Promise<void> {
  await withContext(secrets, Date.now(), (ctx) => suspendAccount(ctx, accountId));
}
