import type { ApiKeyActor, Ctx } from '../context.ts';
import type { KeyRecord } from '../keys/index.ts';
import type { WindowName } from '../limits/index.ts';
import { type Authentication, type Credentials, type Limits, refused } from './authentication.ts';
import { countUnknownKey } from './unknown-keys.ts';

export function actorOf({ key, owner }: KeyRecord): ApiKeyActor {
  return { type: 'apiKey', accountId: owner.id, keyId: key.id, label: key.label, scopes: key.scopes };
}

export function admit(record: KeyRecord, keyHash: string, limits: Limits): Authentication {
  return { outcome: 'admitted', actor: actorOf(record), owner: record.owner, limits, keyHash };
}

/** What a known key can be refused for: its status, or a window without room until `retryAt` (unix ms). */
export type KeyErrorReason =
  | 'revoked'
  | 'expired'
  | 'suspended'
  | 'ip_not_allowed'
  | (Limits & { readonly window: WindowName; readonly retryAt: number });

export function refuseKey(ctx: Ctx, record: KeyRecord, reason: KeyErrorReason): Authentication {
  const actor = actorOf(record);
  switch (reason) {
    case 'revoked':
      return { outcome: 'refused', reason: { code: 'api_key_revoked' }, actor };
    case 'expired':
      return { outcome: 'refused', reason: { code: 'api_key_expired' }, actor };
    case 'suspended':
      return { outcome: 'refused', reason: { code: 'account_suspended' }, actor };
    case 'ip_not_allowed':
      return { outcome: 'refused', reason: { code: 'ip_not_allowed' }, actor };
  }
  const { window, retryAt, ...limits } = reason;
  const retryAfter = Math.max(1, Math.ceil((retryAt - ctx.now) / 1_000));
  return { outcome: 'refused', reason: { code: 'rate_limit_exceeded', window, retryAfter }, actor, limits };
}

/** No key has this hash; the sources of the request are counted. */
export async function refuseUnknown(ctx: Ctx, credentials: Credentials): Promise<Authentication> {
  await countUnknownKey(ctx, credentials);
  return refused({ code: 'invalid_api_key', why: 'unknown' });
}
