import { and, desc, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { ACTIVE_KEYS_PER_ACCOUNT } from '../../config/limits.ts';
import type { Db, Sql } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { auditLog } from '../../data/schema/audit-log.ts';
import { keyReveals } from '../../data/schema/key-reveals.ts';
import { profileColumns } from '../accounts/index.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { apiKeyColumns } from './api-key.ts';
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
  suspendedAt: accounts.suspendedAt,
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

/** Counts a key that the transaction has inserted against the daily limit of its account. */
export function countKey(
  db: Db,
  { id, accountId, day }: { readonly id: string; readonly accountId: string; readonly day: string },
) {
  return db.execute(sql`
    INSERT INTO daily_usage (account_id, day, keys)
    SELECT ${accountId}, ${day}::date, 1 WHERE EXISTS (SELECT FROM api_keys WHERE id = ${id})
    ON CONFLICT (account_id, day) DO UPDATE SET keys = daily_usage.keys + 1`);
}

/** The keys of an account that are not revoked. */
export function selectUnrevoked(db: Db, accountId: string) {
  return db
    .select(recordColumns)
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(eq(apiKeys.accountId, accountId), isNull(apiKeys.revokedAt)));
}

/** Those of the hashes that keys have. */
export function selectKnownHashes(db: Db, hashes: string[]) {
  return db.select({ hash: apiKeys.hash }).from(apiKeys).where(inArray(apiKeys.hash, hashes));
}

/** The id of an account, in SQL. */
export function accountIn(accountId: string): Sql {
  return sql`${accountId}`;
}

/**
 * Locks an account and answers its profile: creations of keys for it wait for each other from here to the end of
 * the transaction, so that each sees the keys of the ones before it.
 *
 * @param account its id, in SQL
 */
export function lockAccount(db: Db, account: Sql) {
  return db.select(profileColumns).from(accounts).where(sql`${accounts.id} = ${account}`).for('update');
}

export interface NewKeyRow {
  readonly id: string;
  readonly label: string;
  readonly hash: string;
  readonly maskedKey: string;
  readonly scopes: string[];
  readonly ipAllowlist: string[];
  readonly termsVersion: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/**
 * Inserts a key unless the account's e-mail address is unproven, or the account has its number of active keys; answers its
 * id, or nothing.
 *
 * @param accountId of the account, which {@link lockAccount} has locked
 * @param account the same in SQL, which may refuse
 */
export function insertKey(db: Db, row: NewKeyRow, accountId: string, account: Sql) {
  const values = [
    sql`${row.id}, ${account}, ${row.label}, ${row.hash}, ${row.maskedKey}`,
    sql`${sql.param(row.scopes, apiKeys.scopes)}::text[], ${sql.param(row.ipAllowlist, apiKeys.ipAllowlist)}::text[]`,
    sql`${row.termsVersion}, ${row.createdAt.toISOString()}::timestamptz`,
    sql`${row.expiresAt?.toISOString() ?? null}::timestamptz`,
  ];
  return db.execute<{ id: string }>(sql`
    INSERT INTO api_keys
      (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at, expires_at)
    SELECT ${sql.join(values, sql`, `)}
    WHERE EXISTS (SELECT FROM accounts WHERE id = ${accountId} AND email_verified) AND (
      SELECT count(*) FROM api_keys
      WHERE account_id = ${accountId} AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ${row.createdAt.toISOString()}::timestamptz)
    ) < ${ACTIVE_KEYS_PER_ACCOUNT}
    RETURNING id`);
}

/**
 * Revokes a key once: the first time and reason stay. Answers the key, or nothing where there is none.
 *
 * @param account the id of its account, in SQL
 */
export function markRevoked(db: Db, key: KeyToRevoke, account: Sql, at: Date) {
  return db
    .update(apiKeys)
    .set({
      revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${at.toISOString()}::timestamptz)`,
      revokedReason: sql`coalesce(${apiKeys.revokedReason}, ${key.reason})`,
    })
    .from(accounts)
    .where(and(eq(apiKeys.id, key.id), sql`${apiKeys.accountId} = ${account}`, eq(accounts.id, apiKeys.accountId)))
    .returning({ ...recordColumns, key: { ...recordColumns.key, ...apiKeyColumns } });
}

/** Revokes all keys of an account that are not revoked yet, and answers them. @param account its id, in SQL */
export function markAllRevoked(db: Db, account: Sql, at: Date) {
  return db
    .update(apiKeys)
    .set({ revokedAt: at, revokedReason: 'user' })
    .from(accounts)
    .where(and(eq(apiKeys.accountId, account), isNull(apiKeys.revokedAt), eq(accounts.id, apiKeys.accountId)))
    .returning(recordColumns);
}

/** The keys that a revocation at this time revoked, as a condition on `api_keys k`. @param of.account its id, in SQL */
export function isRevokedNow(of: { readonly id: string } | { readonly account: Sql }, at: Date): Sql {
  const isOf = 'id' in of ? sql`k.id = ${of.id}` : sql`k.account_id = ${of.account}`;
  return sql`${isOf} AND k.revoked_at = ${at.toISOString()}::timestamptz`;
}

/** Revoked keys whose marker Redis does not hold, as a condition on `api_keys k`. */
export function isUntombstoned(): Sql {
  return sql`k.revoked_at IS NOT NULL AND k.tombstoned_at IS NULL`;
}

/**
 * Notes in the audit log of each key that {@link markAllRevoked} revoked that it did.
 *
 * @param id of whose time and randomness the ids of the events are made: their number is known to Postgres only
 */
export function insertAllRevoked(db: Db, account: Sql, id: string, address: string | null, at: Date) {
  const time = at.toISOString();
  return db.execute(sql`
    INSERT INTO audit_log (id, api_key_id, event, address, occasion, at)
    SELECT ${id.slice(0, 10)} || upper(left(md5(${id} || id), 16)), id, 'revoked', ${address}, '', ${time}::timestamptz
    FROM api_keys WHERE account_id = ${account} AND revoked_at = ${time}::timestamptz
    ON CONFLICT ON CONSTRAINT audit_log_once DO NOTHING`);
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

/**
 * Revoked keys whose marker must be put into Redis: never done, or done within the first minute and that minute is over.
 * The longest waiting come first.
 */
export function selectUnsettledRevocations(db: Db, now: Date, limit: number) {
  const { revokedAt, tombstonedAt } = apiKeys;
  // As the condition of the index says it, so that the planner takes that index.
  const isUnsettled = sql`(${tombstonedAt} IS NULL OR ${tombstonedAt} - ${revokedAt} < interval '1 minute')`;
  const isDue = sql`(${tombstonedAt} IS NULL OR ${revokedAt} <= ${now.toISOString()}::timestamptz - interval '1 minute')`;
  return db
    .select(recordColumns)
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(isNotNull(revokedAt), isUnsettled, isDue))
    .orderBy(revokedAt)
    .limit(limit);
}

const listColumns = { ...apiKeyColumns, hash: apiKeys.hash };

/** All keys of an account, the newest first. */
export function selectKeysOf(db: Db, accountId: string) {
  return db
    .select(listColumns)
    .from(apiKeys)
    .where(eq(apiKeys.accountId, accountId))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));
}

export function selectKeyOf(db: Db, id: string, accountId: string) {
  return db
    .select(listColumns)
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.accountId, accountId)));
}

/** Whose a key is, by its id or its hash. */
export function selectOwnerOf(db: Db, by: { readonly id: string } | { readonly hash: string }) {
  return db
    .select({ id: apiKeys.id, accountId: apiKeys.accountId })
    .from(apiKeys)
    .where('id' in by ? eq(apiKeys.id, by.id) : eq(apiKeys.hash, by.hash));
}

export interface NewEvent {
  readonly id: string;
  readonly keyId: string;
  /** Where somebody acts on a key: whose it must be. */
  readonly accountId?: string;
  readonly event: AuditEvent['event'];
  readonly address: string | null;
  /** One row for each (see `audit_log`). */
  readonly occasion: string;
  readonly at: Date;
}

/** Adds an event to the audit log of a key, if there is such a key, and once for its occasion. */
export function insertEvent(db: Db, { id, keyId, accountId, event, address, occasion, at }: NewEvent) {
  const isOwn = accountId === undefined ? sql`` : sql` AND account_id = ${accountId}`;
  return db.execute(sql`
    INSERT INTO audit_log (id, api_key_id, event, address, occasion, at)
    SELECT ${id}, id, ${event}, ${address}, ${occasion}, ${at.toISOString()}::timestamptz
    FROM api_keys WHERE id = ${keyId}${isOwn}
    ON CONFLICT ON CONSTRAINT audit_log_once DO NOTHING`);
}

/** One thing that happened to a key. */
export type AuditEvent = Awaited<ReturnType<typeof selectEvents>>[number];

/** The newest events of a key. */
export function selectEvents(db: Db, keyId: string, limit: number) {
  return db
    .select({ id: auditLog.id, event: auditLog.event, address: auditLog.address, at: auditLog.at })
    .from(auditLog)
    .where(eq(auditLog.apiKeyId, keyId))
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(limit);
}

export function insertReveal(db: Db, reveal: typeof keyReveals.$inferInsert) {
  return db.insert(keyReveals).values(reveal);
}

/** Takes a sealed key out, for its owner. */
export function deleteReveal(db: Db, keyId: string, owner: Writer<SessionActor>) {
  const isOwn = db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, keyId), sql`${apiKeys.accountId} = ${actingAccount(owner)}`));
  return db
    .delete(keyReveals)
    .where(inArray(keyReveals.apiKeyId, isOwn))
    .returning({ sealedKey: keyReveals.sealedKey, expiresAt: keyReveals.expiresAt });
}

/** Keys whose last use was not copied from Redis since `before`, the longest waiting first; a revoked one once more. */
export function selectUsesToNote(db: Db, before: Date, limit: number) {
  return db
    .select({ id: apiKeys.id, hash: apiKeys.hash })
    .from(apiKeys)
    .where(
      or(
        isNull(apiKeys.useNotedAt),
        and(lt(apiKeys.useNotedAt, before), or(isNull(apiKeys.revokedAt), lt(apiKeys.useNotedAt, apiKeys.revokedAt))),
      ),
    )
    .orderBy(sql`${apiKeys.useNotedAt} ASC NULLS FIRST`)
    .limit(limit);
}

/** Notes last uses, none of them backwards. @param uses with ISO-8601 times; null = Redis knows of none */
export function updateLastUses(
  db: Db,
  uses: readonly { readonly id: string; readonly at: string | null; readonly address: string | null }[],
  notedAt: Date,
) {
  return db.execute(sql`
    UPDATE api_keys SET
      last_used_at = CASE WHEN newer THEN u.at ELSE last_used_at END,
      last_used_ip = CASE WHEN newer THEN u.address ELSE last_used_ip END,
      use_noted_at = ${notedAt.toISOString()}::timestamptz
    FROM (
      SELECT k.id AS key_id, v.at, v.address, v.at > coalesce(k.last_used_at, '-infinity') AS newer
      FROM jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) AS v (id text, at timestamptz, address text)
      JOIN api_keys k ON k.id = v.id
    ) u
    WHERE api_keys.id = u.key_id`);
}
