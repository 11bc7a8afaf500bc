import type * as z from 'zod';
import { apiKeys } from '../../data/schema/api-keys.ts';
import type { LastUse } from './last-use.ts';
import type { RevokedReason } from './record.ts';
import type { apiKeySchema } from './responses.ts';

export type ApiKey = z.infer<typeof apiKeySchema>;

export const apiKeyColumns = {
  id: apiKeys.id,
  label: apiKeys.label,
  maskedKey: apiKeys.maskedKey,
  scopes: apiKeys.scopes,
  ipAllowlist: apiKeys.ipAllowlist,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
  lastUsedIp: apiKeys.lastUsedIp,
  revokedAt: apiKeys.revokedAt,
  revokedReason: apiKeys.revokedReason,
};

export interface ApiKeyRow {
  readonly id: string;
  readonly label: string;
  readonly maskedKey: string;
  readonly scopes: string[];
  readonly ipAllowlist: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedIp: string | null;
  readonly revokedAt: Date | null;
  readonly revokedReason: RevokedReason | null;
}

/** @param now unix ms */
export function statusOf(row: Pick<ApiKeyRow, 'revokedAt' | 'expiresAt'>, now: number): ApiKey['status'] {
  if (row.revokedAt) return 'revoked';
  return row.expiresAt && row.expiresAt.getTime() <= now ? 'expired' : 'active';
}

/**
 * @param now unix ms
 * @param lastUse what Redis says, where it was asked and knows; Neon's copy may be an hour old
 */
export function toApiKey(row: ApiKeyRow, now: number, lastUse?: LastUse): ApiKey {
  const isNewer = lastUse !== undefined && lastUse.at >= (row.lastUsedAt?.getTime() ?? 0);
  const lastUsedAt = isNewer ? new Date(lastUse.at) : row.lastUsedAt;
  return {
    id: row.id,
    label: row.label,
    maskedKey: row.maskedKey,
    scopes: row.scopes,
    ipAllowlist: row.ipAllowlist,
    status: statusOf(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    lastUsedIp: isNewer ? lastUse.address : row.lastUsedIp,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedReason: row.revokedReason,
  };
}
