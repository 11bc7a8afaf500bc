import { eq, sql } from 'drizzle-orm';
import {
  DAY_MS,
  EXPIRY_WARNING_DAYS,
  KEY_MAIL_RETRY_MAX_MS,
  KEY_MAIL_RETRY_MS,
  KEY_MAIL_TRIED_MS,
  REFUSALS_MAILED,
  REFUSALS_WINDOW_MS,
} from '../../config/limits.ts';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { type KEY_MAILS, keyMails } from '../../data/schema/key-mails.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';

export type KeyMailKind = (typeof KEY_MAILS)[number];

const DEDUPE_KEY = sql.identifier(keyMails.dedupeKey.name);

const timestamp = (at: Date) => sql`${at.toISOString()}::timestamptz`;

/**
 * Writes the mails of a new key if the transaction has inserted it: that it was generated, and its later warnings. An
 * expiry never changes.
 *
 * @param address of the person who generated it
 */
export function insertMailsOfNewKey(
  db: Db,
  key: { readonly id: string; readonly createdAt: Date; readonly expiresAt: Date | null },
  address: string | null,
) {
  const { id, createdAt, expiresAt } = key;
  const mails: { kind: KeyMailKind; due: Date }[] = [{ kind: 'generated', due: createdAt }];
  if (expiresAt) {
    const warnings = EXPIRY_WARNING_DAYS.map((days) => ({
      kind: `expires_${days}` as const,
      due: new Date(expiresAt.getTime() - days * DAY_MS),
    }));
    mails.push(...warnings.filter(({ due }) => due > createdAt), { kind: 'expired', due: expiresAt });
  }
  return db.execute(sql`
    INSERT INTO key_mails (api_key_id, kind, ${DEDUPE_KEY}, address, due_at)
    SELECT k.id, m.kind, '', CASE m.kind WHEN 'generated' THEN ${address}::text END, m.due
    FROM api_keys k CROSS JOIN jsonb_to_recordset(${JSON.stringify(mails)}::jsonb) AS m(kind text, due timestamptz)
    WHERE k.id = ${id}`);
}

/**
 * Writes a mail about each key that a transaction revoked.
 *
 * @param revoked a condition on `api_keys k`
 * @param dedupeKey `schedule` for a revocation by the sweep
 */
export function insertRevokedMail(
  db: Db,
  revoked: Sql,
  address: string | null,
  at: Date,
  dedupeKey: '' | 'schedule' = '',
) {
  return db.execute(sql`
    INSERT INTO key_mails (api_key_id, kind, ${DEDUPE_KEY}, address, due_at)
    SELECT k.id, 'revoked', ${dedupeKey}, ${address}, ${timestamp(at)} FROM api_keys k
    WHERE ${revoked} AND ${isNoLeak}
    ON CONFLICT ON CONSTRAINT key_mails_once DO NOTHING`);
}

/**
 * Writes one mail about all keys of an account that a transaction revoked, except expired ones. A person who asked to
 * delete the account gets a mail about that instead.
 *
 * @param revoked a condition on `api_keys k`
 */
export function insertRevokedMailOfAll(db: Db, revoked: Sql, address: string | null, at: Date) {
  return db.execute(sql`
    INSERT INTO key_mails (api_key_id, kind, ${DEDUPE_KEY}, address, due_at)
    SELECT min(k.id), 'revoked', 'all', ${address}, ${timestamp(at)} FROM api_keys k
    WHERE ${revoked} AND ${wasLive}
      AND NOT EXISTS (SELECT FROM accounts a WHERE a.id = k.account_id AND a.deletion_requested_at IS NOT NULL)
    HAVING count(*) > 0
    ON CONFLICT ON CONSTRAINT key_mails_once DO NOTHING`);
}

/** Writes down a mail about the schedule that the transaction has given to a key. */
export function insertScheduleMail(db: Db, keyId: string, address: string | null, at: Date) {
  return db.execute(sql`
    INSERT INTO key_mails (api_key_id, kind, ${DEDUPE_KEY}, address, due_at)
    SELECT id, 'revocation_scheduled', ${at.toISOString()}, ${address}, ${timestamp(at)} FROM api_keys
    WHERE id = ${keyId} AND revoke_at IS NOT NULL AND revoked_at IS NULL
    ON CONFLICT ON CONSTRAINT key_mails_once DO NOTHING`);
}

/** Forgets mails about an earlier schedule of a key. */
export function deleteUnsentScheduleMails(db: Db, keyId: string) {
  return db.execute(sql`
    DELETE FROM key_mails WHERE api_key_id = ${keyId} AND kind = 'revocation_scheduled' AND sent_at IS NULL`);
}

/** A leak has a mail of its own. */
const isNoLeak = sql`k.revoked_reason <> 'leaked'`;
const wasLive = sql`${isNoLeak} AND (k.expires_at IS NULL OR k.expires_at > k.revoked_at)`;

/** A block of addresses that a key was used from, or refused. */
export interface SeenBlock {
  readonly keyId: string;
  /** Null = the edge gave no address. */
  readonly block: string | null;
  /** UTC. */
  readonly day: string;
  readonly count: number;
}

const blocksOf = (seen: readonly SeenBlock[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) AS s("keyId" text, block text, day text, count integer)`;

/**
 * Writes down mails about networks that keys were used from and that their owners have had no mail about, one a day and
 * key. A network is wider than a block: an IPv4 /24 or an IPv6 /48, as providers hand them out. A network beyond the
 * one mail of its day is mailed about on the next day it is used.
 */
export function insertNetworkMails(db: Db, seen: readonly SeenBlock[], at: Date) {
  return db.execute(sql`
    INSERT INTO key_mails (api_key_id, kind, ${DEDUPE_KEY}, address, due_at)
    SELECT DISTINCT ON (k.id) k.id, 'new_network', s.day, s.block, ${timestamp(at)}
    FROM ${blocksOf(seen)} JOIN api_keys k ON k.id = s."keyId"
    WHERE s.block IS NOT NULL AND NOT EXISTS (
      SELECT FROM key_mails m WHERE m.api_key_id = k.id AND m.kind = 'new_network' AND (
        m.${DEDUPE_KEY} = s.day OR CASE WHEN m.kind = 'new_network' THEN
          network(set_masklen(m.address::inet, CASE family(m.address::inet) WHEN 4 THEN 24 ELSE 48 END)) >>= s.block::inet END))
    ON CONFLICT ON CONSTRAINT key_mails_once DO NOTHING`);
}

/**
 * Counts refusals by the allowlist of keys, from the first of an hour on. A mail is due once they are many, one a day
 * and key.
 */
export function insertRefusalMails(db: Db, seen: readonly SeenBlock[], at: Date) {
  const isSameHour = sql`excluded.due_at < m.due_at + make_interval(secs => ${REFUSALS_WINDOW_MS / 1_000})`;
  const isDue = sql`m.count >= ${REFUSALS_MAILED}`;
  return db.execute(sql`
    INSERT INTO key_mails AS m (api_key_id, kind, ${DEDUPE_KEY}, address, count, due_at)
    SELECT k.id, 'refused', s.day, min(s.block), sum(s.count)::integer, ${timestamp(at)}
    FROM ${blocksOf(seen)} JOIN api_keys k ON k.id = s."keyId" GROUP BY k.id, s.day
    ON CONFLICT ON CONSTRAINT key_mails_once DO UPDATE SET
      count = CASE WHEN ${isDue} THEN m.count WHEN ${isSameHour} THEN m.count + excluded.count ELSE excluded.count END,
      due_at = CASE WHEN ${isDue} OR ${isSameHour} THEN m.due_at ELSE excluded.due_at END,
      address = CASE WHEN ${isDue} THEN m.address ELSE coalesce(excluded.address, m.address) END`);
}

/** A mail to be sent. */
export type DueMail = {
  readonly kind: KeyMailKind;
  readonly dedupeKey: string;
  readonly address: string | null;
  readonly dueAt: string;
  readonly accountId: string;
  readonly email: string;
  readonly keyId: string;
  readonly label: string;
  readonly maskedKey: string;
  readonly expiresAt: string | null;
  readonly revokedReason: 'user' | 'admin' | 'leaked' | null;
  /** The schedule of its revocation, done or not. */
  readonly revokeAt: string | null;
  readonly revokeAfterSilence: number | null;
  /** The keys that were revoked together, in words. */
  readonly keys: string[] | null;
};

/**
 * Claims due mails: only one of two concurrent runs gets each, and no mail is claimed again before the retry. Suspended
 * accounts, accounts to be deleted and unproven addresses get no mail. Revoked keys get no warnings.
 */
export function claimMails(db: Db, now: Date, limit: number) {
  const at = timestamp(now);
  const isWanted = sql`
    CASE WHEN m.kind LIKE 'expire%' THEN a.key_warnings_stopped_at IS NULL AND k.revoked_at IS NULL
        AND (m.kind = 'expired' OR k.expires_at > ${at})
      WHEN m.kind = 'revocation_scheduled' THEN k.revoke_at IS NOT NULL AND k.revoked_at IS NULL
      WHEN m.kind = 'refused' THEN a.key_warnings_stopped_at IS NULL AND k.revoked_at IS NULL AND m.count >= ${REFUSALS_MAILED}
      ELSE true END`;
  return db.execute<DueMail>(sql`
    WITH due AS (
      SELECT m.api_key_id, m.kind, m.${DEDUPE_KEY} FROM key_mails m
      JOIN api_keys k ON k.id = m.api_key_id JOIN accounts a ON a.id = k.account_id
      WHERE m.sent_at IS NULL AND m.due_at <= ${at}
        AND m.due_at > ${at} - make_interval(secs => ${KEY_MAIL_TRIED_MS / 1_000})
        AND (m.retry_at IS NULL OR m.retry_at <= ${at})
        AND a.email_verified AND a.suspended_at IS NULL AND a.deletion_requested_at IS NULL AND ${isWanted}
      ORDER BY m.due_at LIMIT ${limit} FOR NO KEY UPDATE OF m SKIP LOCKED
    )
    UPDATE key_mails m SET attempts = m.attempts + 1, retry_at = ${at} + least(
      make_interval(secs => ${KEY_MAIL_RETRY_MS / 1_000}) * power(2, m.attempts),
      make_interval(secs => ${KEY_MAIL_RETRY_MAX_MS / 1_000}))
    FROM due, api_keys k, accounts a
    WHERE (m.api_key_id, m.kind, m.${DEDUPE_KEY}) = (due.api_key_id, due.kind, due.${DEDUPE_KEY})
      AND k.id = m.api_key_id AND a.id = k.account_id
    RETURNING m.kind, m.${DEDUPE_KEY} AS "dedupeKey", m.address, ${timeJson(sql`m.due_at`)} AS "dueAt", a.id AS "accountId", a.email,
      k.id AS "keyId", k.label, k.masked_key AS "maskedKey", ${timeJson(sql`k.expires_at`)} AS "expiresAt",
      k.revoked_reason AS "revokedReason", ${timeJson(sql`k.revoke_at`)} AS "revokeAt",
      k.revoke_after_silence AS "revokeAfterSilence", CASE m.${DEDUPE_KEY} WHEN 'all' THEN array_to_json(ARRAY(
        SELECT other.masked_key || ' ("' || other.label || '")' FROM api_keys other
        WHERE other.account_id = k.account_id AND other.revoked_at = k.revoked_at
          AND (other.expires_at IS NULL OR other.expires_at > other.revoked_at)
        ORDER BY other.id)) END AS keys`);
}

/** Notes that mails were sent. */
export function markSent(db: Db, mails: readonly DueMail[], at: Date) {
  const sent = JSON.stringify(mails.map(({ keyId, kind, dedupeKey }) => ({ keyId, kind, dedupeKey })));
  return db.execute(sql`
    UPDATE key_mails m SET sent_at = ${timestamp(at)}
    FROM jsonb_to_recordset(${sent}::jsonb) AS s("keyId" text, kind text, "dedupeKey" text)
    WHERE (m.api_key_id, m.kind, m.${DEDUPE_KEY}) = (s."keyId", s.kind, s."dedupeKey")`);
}

export function selectWarnings(db: Db, accountId: string) {
  return db.select({ stoppedAt: accounts.keyWarningsStoppedAt }).from(accounts).where(eq(accounts.id, accountId));
}

/** @param owner the person who acts, or the id of an account @param stoppedAt null = warnings are wanted */
export function updateWarnings(db: Db, owner: Writer<SessionActor> | string, stoppedAt: Date | null) {
  const account = typeof owner === 'string' ? sql`${owner}` : actingAccount(owner);
  return db.update(accounts).set({ keyWarningsStoppedAt: stoppedAt }).where(sql`${accounts.id} = ${account}`);
}
