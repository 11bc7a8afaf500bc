import { and, desc, eq, inArray, isNotNull, isNull, lt, lte, not, or, sql } from 'drizzle-orm';
import {
  ACTIVE_KEYS_PER_ACCOUNT,
  AUDIT_ADDRESSES_PER_DAY,
  DAY_MS,
  FIRST_USE_NOTED_WITHIN_MS,
  USE_NOTED_EVERY_MS,
} from '../../config/limits.ts';
import { type Db, type Sql, timeJson, unlessBroken } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { type AUDIT_EVENTS, auditLog } from '../../data/schema/audit-log.ts';
import { keyReveals } from '../../data/schema/key-reveals.ts';
import { sweepPositions } from '../../data/schema/sweep-positions.ts';
import { newId } from '../../lib/id.ts';
import { profileColumns } from '../accounts/index.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { apiKeyColumns } from './api-key.ts';
import type { RevokedReason } from './record.ts';

const DEDUPE_KEY = sql.identifier(auditLog.dedupeKey.name);

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

/**
 * The keys of an account that Redis may still admit: those that are not revoked, and those whose marker it does not
 * hold.
 */
export function selectAdmissible(db: Db, accountId: string) {
  return db
    .select(recordColumns)
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(eq(apiKeys.accountId, accountId), or(isNull(apiKeys.revokedAt), isNull(apiKeys.tombstonedAt))));
}

/** A key as it describes itself, with the creations of its account on a day. */
export function selectOwnKey(db: Db, id: string, accountId: string, day: string) {
  return db.execute<{
    id: string;
    label: string;
    maskedKey: string;
    scopes: string[];
    createdAt: string;
    expiresAt: string | null;
    ipRestricted: boolean;
    creations: number;
  }>(sql`
    SELECT id, label, masked_key AS "maskedKey", array_to_json(scopes) AS scopes, ${timeJson(sql`created_at`)} AS "createdAt",
      ${timeJson(sql`expires_at`)} AS "expiresAt", cardinality(ip_allowlist) > 0 AS "ipRestricted",
      coalesce((SELECT creations FROM daily_usage WHERE account_id = ${accountId} AND day = ${day}::date), 0) AS creations
    FROM api_keys WHERE id = ${id} AND account_id = ${accountId}`);
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
 * Inserts a key. Rules, in this order: `email_verified`, where the account's email address is unproven; `active_keys`,
 * where the account has its number of active keys.
 *
 * @param accountId of the account, which {@link lockAccount} has locked
 * @param account the same in SQL, which may refuse
 */
export function insertKey(db: Db, row: NewKeyRow, accountId: string, account: Sql) {
  const createdAt = sql`${row.createdAt.toISOString()}::timestamptz`;
  const owner = unlessBroken(account, {
    email_verified: sql`NOT EXISTS (SELECT FROM accounts WHERE id = ${accountId} AND email_verified)`,
    active_keys: sql`(
      SELECT count(*) FROM api_keys
      WHERE account_id = ${accountId} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${createdAt})
    ) >= ${ACTIVE_KEYS_PER_ACCOUNT}`,
  });
  return db.execute(sql`
    INSERT INTO api_keys
      (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at, expires_at)
    VALUES (${row.id}, ${owner}, ${row.label}, ${row.hash}, ${row.maskedKey}, ${sql.param(row.scopes, apiKeys.scopes)},
      ${sql.param(row.ipAllowlist, apiKeys.ipAllowlist)}, ${row.termsVersion}, ${createdAt},
      ${row.expiresAt?.toISOString() ?? null}::timestamptz)`);
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
      ...(key.reason === 'leaked' && {
        leakMailDue: sql`${apiKeys.leakMailDue} OR ${apiKeys.revokedAt} IS NULL`,
      }),
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

/** Revokes keys that leaked, by their hashes, and answers those that were live. @param urls where each was found */
export function markLeaked(db: Db, urls: ReadonlyMap<string, string | null>, at: Date) {
  const found = JSON.stringify([...urls].map(([hash, url]) => ({ hash, url })));
  const reports = sql`jsonb_to_recordset(${found}::jsonb) AS report(hash text, url text)`;
  return db
    .update(apiKeys)
    .set({
      revokedAt: at,
      revokedReason: 'leaked',
      leakMailDue: true,
      leakUrl: sql`(SELECT report.url FROM ${reports} WHERE report.hash = ${apiKeys.hash} LIMIT 1)`,
    })
    .from(accounts)
    .where(and(inArray(apiKeys.hash, [...urls.keys()]), isNull(apiKeys.revokedAt), eq(accounts.id, apiKeys.accountId)))
    .returning(recordColumns);
}

/** Puts the notice of a leak away, for the owner. */
export function dismissLeak(db: Db, id: string, owner: Writer<SessionActor>, at: Date) {
  return db
    .update(apiKeys)
    .set({ leakDismissedAt: at })
    .where(
      and(eq(apiKeys.id, id), sql`${apiKeys.accountId} = ${actingAccount(owner)}`, eq(apiKeys.revokedReason, 'leaked')),
    );
}

/** Leaked keys of an account whose notice its owner has not put away, the newest first. */
export function selectLeaks(db: Db, accountId: string) {
  return db
    .select({ id: apiKeys.id, label: apiKeys.label, maskedKey: apiKeys.maskedKey, leakUrl: apiKeys.leakUrl })
    .from(apiKeys)
    .where(and(eq(apiKeys.accountId, accountId), eq(apiKeys.revokedReason, 'leaked'), isNull(apiKeys.leakDismissedAt)))
    .orderBy(desc(apiKeys.revokedAt))
    .limit(5);
}

/** The keys that a revocation at this time revoked, as a condition on `api_keys k`. @param of.account its id, in SQL */
export function isRevokedNow(
  of: { readonly id: string } | { readonly account: Sql } | { readonly hashes: readonly string[] },
  at: Date,
): Sql {
  const isOf =
    'id' in of
      ? sql`k.id = ${of.id}`
      : 'account' in of
        ? sql`k.account_id = ${of.account}`
        : sql`k.hash = ANY (string_to_array(${of.hashes.join(',')}, ','))`;
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
export function insertAllRevoked(db: Db, revoked: Sql, id: string, address: string | null, at: Date) {
  const time = at.toISOString();
  return db.execute(sql`
    INSERT INTO audit_log (id, api_key_id, event, address, ${DEDUPE_KEY}, at)
    SELECT ${id.slice(0, 10)} || upper(left(md5(${id} || id), 16)), id, 'revoked', ${address}, '', ${time}::timestamptz
    FROM api_keys k WHERE ${revoked}
    ON CONFLICT ON CONSTRAINT audit_log_once DO NOTHING`);
}

/** Sets the schedule of an active key of the person's, or takes it away. */
export function updateSchedule(
  db: Db,
  id: string,
  owner: Writer<SessionActor>,
  schedule: { readonly at: Date; readonly afterSilence: number | null } | null,
) {
  return db
    .update(apiKeys)
    .set({ revokeAt: schedule?.at ?? null, revokeAfterSilence: schedule?.afterSilence ?? null })
    .where(and(eq(apiKeys.id, id), sql`${apiKeys.accountId} = ${actingAccount(owner)}`, isNull(apiKeys.revokedAt)));
}

/** Keys that their schedule may revoke now, the longest waiting first; before them those that need not be silent. */
export function selectDueRevocations(db: Db, now: Date, limit: number) {
  return db
    .select(listColumns)
    .from(apiKeys)
    .where(and(isNotNull(apiKeys.revokeAt), isNull(apiKeys.revokedAt), lte(apiKeys.revokeAt, now)))
    .orderBy(sql`${apiKeys.revokeAfterSilence} IS NOT NULL`, apiKeys.revokeAt)
    .limit(limit);
}

/** Revokes keys whose schedule is still due, and answers them: one that was changed or cancelled meanwhile stays. */
export function markDueRevoked(db: Db, hashes: string[], at: Date) {
  return db
    .update(apiKeys)
    .set({ revokedAt: at, revokedReason: 'user' })
    .from(accounts)
    .where(
      and(
        inArray(apiKeys.hash, hashes),
        isNull(apiKeys.revokedAt),
        lte(apiKeys.revokeAt, at),
        eq(accounts.id, apiKeys.accountId),
      ),
    )
    .returning(recordColumns);
}

/** Notes when keys that were used meanwhile can have been silent for long enough, unless their schedule was changed. */
export function postponeRevocations(
  db: Db,
  later: readonly { readonly id: string; readonly was: Date | null; readonly at: Date }[],
) {
  return db.execute(sql`
    UPDATE api_keys SET revoke_at = later.at
    FROM jsonb_to_recordset(${JSON.stringify(later)}::jsonb) AS later(id text, was timestamptz, at timestamptz)
    WHERE api_keys.id = later.id AND api_keys.revoke_at = later.was AND api_keys.revoked_at IS NULL`);
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
 * Revoked keys whose marker must be put into Redis: never done, or done within the first minute and that minute is
 * over. The longest waiting come first.
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

const listColumns = {
  ...apiKeyColumns,
  hash: apiKeys.hash,
  leakDismissedAt: apiKeys.leakDismissedAt,
  revokeAt: apiKeys.revokeAt,
  revokeAfterSilence: apiKeys.revokeAfterSilence,
};

/** A key as its owner sees it, and what is done with that. */
export type ListedKeyRow = Awaited<ReturnType<typeof selectActiveKeys>>[number];

/** The active keys of an account, the newest first. */
export function selectActiveKeys(db: Db, accountId: string, now: Date) {
  return db
    .select(listColumns)
    .from(apiKeys)
    .where(and(eq(apiKeys.accountId, accountId), isActive(now)))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));
}

/** Revoked and expired keys of an account, the newest first. @param before the id of the last key of the page before */
export function selectEndedKeys(
  db: Db,
  accountId: string,
  page: { now: Date; before: string | undefined; limit: number },
) {
  const { now, before, limit } = page;
  return db
    .select(listColumns)
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.accountId, accountId),
        not(isActive(now)),
        before === undefined ? undefined : lt(apiKeys.id, before),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit);
}

const isActive = (now: Date) =>
  sql`(${apiKeys.revokedAt} IS NULL AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${now.toISOString()}::timestamptz))`;

/** Ended keys after a position of the walk, which ended before a time. */
export function selectEndedBefore(db: Db, before: Date, after: string, limit: number) {
  const [at = '-infinity', id = ''] = after === '' ? [] : after.split(' ');
  return db.execute<{ id: string; endedAt: string }>(sql`
    SELECT id, ${timeJson(sql`least(revoked_at, expires_at)`)} AS "endedAt" FROM api_keys
    WHERE least(revoked_at, expires_at) IS NOT NULL AND least(revoked_at, expires_at) < ${before.toISOString()}::timestamptz
      AND (least(revoked_at, expires_at), id) > (${at}::timestamptz, ${id})
    ORDER BY least(revoked_at, expires_at), id LIMIT ${limit}`);
}

/** Deletes those of the keys that nothing says `via` of any more; their history and endpoints go with them. */
export function deleteUnnamed(db: Db, ids: readonly string[]) {
  const isUnnamed = ['posts', 'jesclips', 'comments', 'jesclip_comments'].map(
    (table) => sql`NOT EXISTS (SELECT FROM ${sql.raw(table)} WHERE ${sql.raw(table)}.api_key_id = k.id)`,
  );
  return db.execute(sql`
    DELETE FROM api_keys k WHERE id = ANY (string_to_array(${ids.join(',')}, ',')) AND ${sql.join(isUnnamed, sql` AND `)}`);
}

/** The position of the walk, and empty from the beginning. */
export function selectWalk(db: Db) {
  return db.select({ position: sweepPositions.position }).from(sweepPositions).where(eq(sweepPositions.task, WALK));
}

export function upsertWalk(db: Db, position: string) {
  return db
    .insert(sweepPositions)
    .values({ task: WALK, position })
    .onConflictDoUpdate({ target: sweepPositions.task, set: { position } });
}

const WALK = 'ended_keys';

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
  readonly event: (typeof AUDIT_EVENTS)[number];
  readonly address: string | null;
  /** One row for each (see `audit_log`). */
  readonly dedupeKey: string;
  readonly at: Date;
}

/** Adds an event to the audit log of a key, if there is such a key, and once for its dedupe key. */
export function insertEvent(db: Db, { id, keyId, accountId, event, address, dedupeKey, at }: NewEvent) {
  const isOwn = accountId === undefined ? sql`` : sql` AND account_id = ${accountId}`;
  return db.execute(sql`
    INSERT INTO audit_log (id, api_key_id, event, address, ${DEDUPE_KEY}, at)
    SELECT ${id}, id, ${event}, ${address}, ${dedupeKey}, ${at.toISOString()}::timestamptz
    FROM api_keys WHERE id = ${keyId}${isOwn}
    ON CONFLICT ON CONSTRAINT audit_log_once DO NOTHING`);
}

/** An address that a key came from, or was refused. */
export interface SeenAddress {
  readonly keyId: string;
  readonly event: 'first_use' | 'refused_address';
  /** The block of the address; null = there was none. */
  readonly block: string | null;
  /** UTC. */
  readonly day: string;
  readonly count: number;
}

/** Locks keys, so that their rows of a day are counted by one transaction at a time. */
export function lockKeys(db: Db, seen: readonly SeenAddress[]) {
  const ids = [...new Set(seen.map(({ keyId }) => keyId))];
  return db.execute(sql`
    SELECT FROM api_keys WHERE id = ANY (string_to_array(${ids.join(',')}, ',')) ORDER BY id FOR NO KEY UPDATE`);
}

/**
 * Counts addresses in the audit log: a row for each key, event, block and day. Beyond the limit of a key and day,
 * further blocks are counted in one row per event, which names none.
 */
export function countAddresses(db: Db, seen: readonly SeenAddress[], at: Date) {
  const rows = JSON.stringify(seen.map((each) => ({ ...each, id: newId(at.getTime()) })));
  const time = sql`${at.toISOString()}::timestamptz`;
  return db.execute(sql`
    WITH seen AS (
      SELECT s.*, s.day || ' ' || coalesce(s.block, '') AS "dedupeKey"
      FROM jsonb_to_recordset(${rows}::jsonb) AS s(id text, "keyId" text, event text, block text, day text, count integer)
      JOIN api_keys ON api_keys.id = s."keyId"
    ), placed AS (
      SELECT seen.*, EXISTS (
        SELECT FROM audit_log l WHERE l.api_key_id = "keyId" AND l.event = seen.event AND l.${DEDUPE_KEY} = seen."dedupeKey") AS known,
        (SELECT count(*) FROM audit_log l WHERE l.api_key_id = "keyId" AND l.event IN ('first_use', 'refused_address')
          AND l.${DEDUPE_KEY} COLLATE "C" >= seen.day AND l.${DEDUPE_KEY} COLLATE "C" < seen.day || '!') AS rows
      FROM seen
    ), numbered AS (
      SELECT placed.*, rows + row_number() OVER (PARTITION BY "keyId", day, known ORDER BY id) AS place FROM placed
    ), written AS (
      SELECT min(id) AS id, "keyId", event, min(block) AS block, "dedupeKey", sum(count)::integer AS count FROM (
        SELECT id, "keyId", event, count,
          CASE WHEN known OR place <= ${AUDIT_ADDRESSES_PER_DAY - 2} THEN block END AS block,
          CASE WHEN known OR place <= ${AUDIT_ADDRESSES_PER_DAY - 2} THEN "dedupeKey" ELSE day || ' further' END AS "dedupeKey"
        FROM numbered) each
      GROUP BY "keyId", event, "dedupeKey"
    )
    INSERT INTO audit_log (id, api_key_id, event, address, ${DEDUPE_KEY}, at, count)
    SELECT id, "keyId", event, block, "dedupeKey", ${time}, count FROM written
    ON CONFLICT ON CONSTRAINT audit_log_once DO UPDATE SET count = audit_log.count + excluded.count, last_at = excluded.at`);
}

/**
 * Something that happened to a key. Refused addresses of a UTC day are one, and so is an address that it was used from
 * anew.
 */
export interface AuditEvent {
  /** Of its rows the first one's; `expiry` where there is none. */
  readonly id: string;
  readonly event: (typeof AUDIT_EVENTS)[number] | 'expired';
  /** The first of its blocks. */
  readonly address: string | null;
  readonly at: Date;
  readonly lastAt: Date;
  /** Times that it happened, from so many blocks. */
  readonly count: number;
  readonly blocks: number;
}

/** A page of the history of a key. */
export interface HistoryPage {
  /** Of these kinds only. */
  readonly events?: readonly AuditEvent['event'][] | undefined;
  /** The place of the last event of the page before: its time, and its id. */
  readonly before?: { readonly at: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Events of a key, the newest first; a row for its expiry is made of the key itself. */
export function selectHistory(db: Db, keyId: string, now: Date, { events, before, limit }: HistoryPage) {
  const isWanted = events === undefined ? sql`` : sql` AND event = ANY (string_to_array(${events.join(',')}, ','))`;
  const isOlder = before === undefined ? sql`` : sql`WHERE (shown_at, id) < (${before.at}::timestamptz, ${before.id})`;
  return db.execute<Omit<AuditEvent, 'at' | 'lastAt'> & { readonly at: string; readonly lastAt: string }>(sql`
    SELECT id, event, address, ${timeJson(sql`first_at`)} AS at, ${timeJson(sql`last_at`)} AS "lastAt", count, blocks FROM (
      SELECT min(id) AS id, event, min(address) AS address, min(at) AS first_at, max(coalesce(last_at, at)) AS last_at,
        sum(count)::integer AS count, count(*)::integer AS blocks,
        CASE event WHEN 'refused_address' THEN max(coalesce(last_at, at)) ELSE min(at) END AS shown_at
      FROM audit_log WHERE api_key_id = ${keyId}${isWanted}
      GROUP BY event, CASE event WHEN 'refused_address' THEN left(${DEDUPE_KEY}, 10) WHEN 'first_use' THEN coalesce(address, id) ELSE id END
      UNION ALL
      SELECT 'expiry', event, NULL, expires_at, expires_at, 1, 1, expires_at
      FROM (SELECT expires_at, 'expired'::text AS event FROM api_keys
        WHERE id = ${keyId} AND expires_at <= ${now.toISOString()}::timestamptz AND (revoked_at IS NULL OR revoked_at > expires_at)) k
      WHERE true${isWanted}
    ) history ${isOlder} ORDER BY shown_at DESC, id DESC LIMIT ${limit}`);
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
  const dueSoon = new Date(notedAt.getTime() - USE_NOTED_EVERY_MS + FIRST_USE_NOTED_WITHIN_MS).toISOString();
  const newSince = new Date(notedAt.getTime() - DAY_MS).toISOString();
  return db.execute(sql`
    UPDATE api_keys SET
      last_used_at = CASE WHEN newer THEN u.at ELSE last_used_at END,
      last_used_ip = CASE WHEN newer THEN u.address ELSE last_used_ip END,
      use_noted_at = CASE WHEN awaits_first_use THEN ${dueSoon}::timestamptz ELSE ${notedAt.toISOString()}::timestamptz END
    FROM (
      SELECT k.id AS key_id, v.at, v.address,
        v.at IS NULL AND k.created_at > ${newSince}::timestamptz AS awaits_first_use, v.at > coalesce(k.last_used_at, '-infinity') AS newer
      FROM jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) AS v (id text, at timestamptz, address text)
      JOIN api_keys k ON k.id = v.id
    ) u
    WHERE api_keys.id = u.key_id`);
}
