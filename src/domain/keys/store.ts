import { and, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { ACTIVE_KEYS_PER_ACCOUNT } from '../../config/limits.ts';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { profileColumns } from '../accounts/index.ts';
import type { RevokedReason } from './record.ts';

const recordColumns = {
  key: {
    id: apiKeys.id,
    label: apiKeys.label,
    scopes: apiKeys.scopes,
    hash: apiKeys.hash,
    ipAllowlist: apiKeys.ipAllowlist,
    expiresAt: apiKeys.expiresAt,
    revokedReason: apiKeys.revokedReason,
  },
  owner: profileColumns,
};

/** A key and its owner as the record needs them. */
export type KeyRow = Awaited<ReturnType<typeof selectKeyByHash>>[number];

export function selectKeyByHash(db: Db, hash: string) {
  return db
    .select(recordColumns)
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(eq(apiKeys.hash, hash));
}

/**
 * Locks an account and answers its profile: creations of keys for it wait for each other from here to the end of
 * the transaction, so that each sees the keys of the ones before it.
 */
export function lockAccount(db: Db, accountId: string) {
  return db.select(profileColumns).from(accounts).where(eq(accounts.id, accountId)).for('update');
}

export interface NewKeyRow {
  readonly id: string;
  readonly accountId: string;
  readonly label: string;
  readonly hash: string;
  readonly maskedKey: string;
  readonly scopes: string[];
  readonly ipAllowlist: string[];
  readonly termsVersion: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** Inserts a key unless the account has its number of active ones; answers its id, or nothing. */
export function insertKey(db: Db, row: NewKeyRow) {
  const values = [
    sql`${row.id}, ${row.accountId}, ${row.label}, ${row.hash}, ${row.maskedKey}`,
    sql`${sql.param(row.scopes, apiKeys.scopes)}::text[], ${sql.param(row.ipAllowlist, apiKeys.ipAllowlist)}::text[]`,
    sql`${row.termsVersion}, ${row.createdAt.toISOString()}::timestamptz`,
    sql`${row.expiresAt?.toISOString() ?? null}::timestamptz`,
  ];
  return db.execute<{ id: string }>(sql`
    INSERT INTO api_keys
      (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at, expires_at)
    SELECT ${sql.join(values, sql`, `)}
    WHERE (
      SELECT count(*) FROM api_keys
      WHERE account_id = ${row.accountId} AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ${row.createdAt.toISOString()}::timestamptz)
    ) < ${ACTIVE_KEYS_PER_ACCOUNT}
    RETURNING id`);
}

/** Revokes a key once: the first time and reason stay. Answers the key, or nothing where there is none. */
export function markRevoked(db: Db, key: KeyToRevoke, at: Date) {
  return db
    .update(apiKeys)
    .set({
      revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${at.toISOString()}::timestamptz)`,
      revokedReason: sql`coalesce(${apiKeys.revokedReason}, ${key.reason})`,
    })
    .from(accounts)
    .where(and(eq(apiKeys.id, key.id), eq(apiKeys.accountId, key.accountId), eq(accounts.id, apiKeys.accountId)))
    .returning(recordColumns);
}

export interface KeyToRevoke {
  readonly id: string;
  readonly accountId: string;
  readonly reason: RevokedReason;
}

/** Notes that Redis knows of revocations. */
export function markTombstoned(db: Db, keyIds: string[], at: Date) {
  return db.update(apiKeys).set({ tombstonedAt: at }).where(inArray(apiKeys.id, keyIds));
}

/** Revoked keys that Redis was not told of, the longest waiting first. */
export function selectUntombstoned(db: Db, limit: number) {
  return db
    .select(recordColumns)
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(isNotNull(apiKeys.revokedAt), isNull(apiKeys.tombstonedAt)))
    .orderBy(apiKeys.revokedAt)
    .limit(limit);
}
