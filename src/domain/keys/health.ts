import type * as z from 'zod';
import { DAY_MS, EXPIRY_SHOWN_MS, HOUR_MS, KEY_IDLE_MS } from '../../config/limits.ts';
import type { ApiKey } from './api-key.ts';
import type { keyHealthSchema } from './responses.ts';
import type { RevocationSchedule } from './schedule-revocation.ts';

/** Something about a key that its owner should know, the reason and what to do. */
export type KeyHealth = z.infer<typeof keyHealthSchema>;

/**
 * What the owner of a key should know of it, the most urgent first. Empty for a key that needs nothing.
 *
 * @param now unix ms
 * @param of.isUseKnown false while Redis does not tell the last use: then nothing is said of it
 * @param of.isLeakDismissed the owner has put the notice of the leak away
 * @param of.schedule the revocation that the sweep will do
 */
export function healthOf(
  key: ApiKey,
  now: number,
  of: {
    readonly isUseKnown: boolean;
    readonly isLeakDismissed: boolean;
    readonly schedule: RevocationSchedule | undefined;
  },
): KeyHealth[] {
  if (key.status === 'revoked') {
    return key.revokedReason === 'leaked' && !of.isLeakDismissed ? [LEAKED] : [];
  }
  if (key.status === 'expired') return [EXPIRED];
  return [
    ...(of.schedule ? [scheduled(of.schedule)] : []),
    ...expiryOf(key, now),
    ...(of.isUseKnown ? useOf(key, now) : []),
    ...(key.expiresAt === null ? [NO_EXPIRY] : []),
    ...(key.ipAllowlist.length === 0 ? [NO_ALLOWLIST] : []),
  ];
}

const LEAKED: KeyHealth = {
  code: 'leaked',
  severity: 'alert',
  message: 'Found in public, and revoked.',
  action: 'Remove it from where it was found, generate another key, and look through what this one did.',
};

const EXPIRED: KeyHealth = {
  code: 'expired',
  severity: 'notice',
  message: 'Expired. Requests with it are refused.',
  action: 'If your service still needs access, generate another key.',
};

const NO_EXPIRY: KeyHealth = {
  code: 'no_expiry',
  severity: 'notice',
  message: 'Never expires.',
  action: 'Replace it by a key that expires, so that a copy somebody keeps ends some day.',
};

const NO_ALLOWLIST: KeyHealth = {
  code: 'no_allowlist',
  severity: 'notice',
  message: 'Works from any address.',
  action: 'If your service has fixed addresses, replace it by a key that allows only these.',
};

function scheduled({ at, afterSilence }: RevocationSchedule): KeyHealth {
  const when =
    afterSilence === null
      ? `on ${at.toISOString().slice(0, 16).replace('T', ', ')} UTC`
      : `once it has not been used for ${amount(afterSilence, 'hour')}`;
  return {
    code: 'revocation_scheduled',
    severity: 'warning',
    message: `Will be revoked ${when}.`,
    action: 'Cancel this on its page if your service still needs it.',
  };
}

function expiryOf({ expiresAt }: ApiKey, now: number): KeyHealth[] {
  if (expiresAt === null) return [];
  const left = Date.parse(expiresAt) - now;
  if (left > EXPIRY_SHOWN_MS) return [];
  return [
    {
      code: 'expires_soon',
      severity: 'warning',
      message: `Expires in ${left < DAY_MS ? amount(Math.max(1, Math.round(left / HOUR_MS)), 'hour') : amount(Math.round(left / DAY_MS), 'day')}.`,
      action: 'Generate another key with the same scopes, give it to your service, then revoke this one.',
    },
  ];
}

function useOf({ lastUsedAt }: ApiKey, now: number): KeyHealth[] {
  const action = 'Revoke it if you do not need it.';
  if (lastUsedAt === null) return [{ code: 'never_used', severity: 'notice', message: 'Never used.', action }];
  const idle = now - Date.parse(lastUsedAt);
  if (idle < KEY_IDLE_MS) return [];
  const message = `Not used for ${amount(Math.floor(idle / DAY_MS), 'day')}.`;
  return [{ code: 'idle', severity: 'warning', message, action }];
}

const amount = (count: number, unit: 'hour' | 'day') => `${count} ${unit}${count === 1 ? '' : 's'}`;
