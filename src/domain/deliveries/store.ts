import { sql } from 'drizzle-orm';
import { WEBHOOK_CLOCK_SKEW_MS, WEBHOOK_SENDS_PER_ENDPOINT } from '../../config/limits.ts';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import type { WebhookWake } from '../../data/webhook-queues.ts';
import { newId } from '../../lib/id.ts';
import { envelopeText, isEndpointActive, isKeyActive, isSubscribed } from '../outbox/index.ts';
import type { AttemptError } from './attempt.ts';
import type { Outcome } from './outcome.ts';

const time = (ms: number): Sql => sql`${new Date(ms).toISOString()}::timestamptz`;
const timeOrNull = (ms: number | null): Sql => (ms === null ? sql`NULL::timestamptz` : time(ms));
const texts = (values: readonly string[]): Sql =>
  sql`ARRAY(SELECT jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;

/** Ids for rows whose number only Postgres knows: ULIDs of a time, random otherwise. @param now unix milliseconds */
export function generatedIds(now: number): Sql {
  const time10 = newId(now).slice(0, 10);
  return sql`${time10}::text || upper(left(replace(gen_random_uuid()::text, '-', ''), 16))`;
}

/** Writes the deliveries of events: one for each endpoint that is subscribed now, and never a second one. */
export function fanOut(db: Db, eventIds: readonly string[], now: number) {
  const event = { name: sql`due.event`, at: sql`due.created_at`, revokedKeyId: sql`due.api_key_id` };
  return db.execute(sql`
    WITH due AS (
      UPDATE outbox_events SET fan_out_due = false WHERE id = ANY (${texts(eventIds)}) AND fan_out_due
      RETURNING id, event, account_id, api_key_id, created_at
    )
    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, status, next_attempt_at, created_at)
    SELECT ${generatedIds(now)}, e.id, due.id, due.event, 'pending', ${time(now)}, ${time(now)}
    FROM due JOIN api_keys k ON k.account_id = due.account_id JOIN webhook_endpoints e ON e.api_key_id = k.id
    WHERE ${isSubscribed(event)}
    ON CONFLICT (event_id, endpoint_id) DO NOTHING`);
}

/** The ids for which a consumer was woken. */
export interface Wakes {
  readonly eventIds: readonly string[];
  readonly endpointIds: readonly string[];
}

/** Messages as one scope. */
export function wakesOf(messages: readonly WebhookWake[]): Wakes {
  return {
    eventIds: messages.flatMap((message) => ('eventId' in message ? [message.eventId] : [])),
    endpointIds: messages.flatMap((message) => ('endpointId' in message ? [message.endpointId] : [])),
  };
}

/** Ids of the endpoints that wakes are about. */
function endpointsOf({ eventIds, endpointIds }: Wakes): Sql {
  return sql`(
    SELECT endpoint_id FROM webhook_deliveries WHERE event_id = ANY (${texts(eventIds)}) AND status = 'pending'
    UNION SELECT unnest(${texts(endpointIds)}))`;
}

/**
 * Locks endpoints, in one order, and their keys, until the transaction ends. Every transaction that claims or settles
 * deliveries of an endpoint begins with it. So each sees the leases of the previous one, and a transaction after a
 * revocation sees the revocation.
 */
export function lockEndpoints(db: Db, wakes: Wakes) {
  return db.execute<{ id: string; isFailing: boolean }>(sql`
    SELECT e.id, e.failing_since IS NOT NULL AS "isFailing"
    FROM webhook_endpoints e JOIN api_keys k ON k.id = e.api_key_id JOIN accounts a ON a.id = k.account_id
    WHERE e.id IN ${endpointsOf(wakes)} ORDER BY k.id, e.id FOR KEY SHARE OF a FOR NO KEY UPDATE OF e FOR SHARE OF k`);
}

/** A delivery that this consumer has until its lease ends. */
export type Claimed = {
  readonly id: string;
  /** The lease, which is also what tells this claim from a later one. */
  readonly lease: string;
  readonly roundAttempts: number;
  readonly eventId: string;
  readonly event: string;
  /** The exact text to send. */
  readonly envelope: string;
  readonly endpointId: string;
  readonly url: string;
  readonly sealedSecret: string;
  /** Null once it has expired. */
  readonly previousSealedSecret: string | null;
  readonly failingSince: string | null;
  readonly lastAttemptAt: string | null;
  readonly isWarned: boolean;
};

/**
 * Claims deliveries that are due, the longest waiting first, and never more of an endpoint than may be in flight. A
 * claim of another consumer counts until its lease ends. Endpoints that are disabled get nothing; those of a silenced
 * key get the event of its revocation alone.
 *
 * @param claim.healthyOnly leaves endpoints that fail to the queue of retries
 */
export function claimDue(
  db: Db,
  wakes: Wakes,
  claim: { readonly limit: number; readonly healthyOnly: boolean; readonly now: number; readonly leaseUntil: number },
) {
  const now = time(claim.now);
  const dueBy = time(claim.now + WEBHOOK_CLOCK_SKEW_MS);
  // MATERIALIZED: the planner would otherwise look at the deliveries of every endpoint that there is.
  return db.execute<Claimed>(sql`
    WITH room AS MATERIALIZED (
      SELECT e.id, e.api_key_id, ${isKeyActive('k')} AS hears, ${WEBHOOK_SENDS_PER_ENDPOINT} - (
        SELECT count(*) FROM webhook_deliveries d
        WHERE d.endpoint_id = e.id AND d.claimed_until IS NOT NULL AND d.claimed_until > ${now}) AS free
      FROM webhook_endpoints e JOIN api_keys k ON k.id = e.api_key_id
      WHERE e.id IN ${endpointsOf(wakes)} AND ${isEndpointActive('e')}
        ${claim.healthyOnly ? sql`AND e.failing_since IS NULL` : sql``}
    ), next AS (
      SELECT due.id FROM room CROSS JOIN LATERAL (
        SELECT d.id, d.next_attempt_at FROM webhook_deliveries d
        WHERE d.endpoint_id = room.id AND d.status = 'pending' AND d.next_attempt_at <= ${dueBy}
          AND (d.claimed_until IS NULL OR d.claimed_until <= ${now}) AND (room.hears OR EXISTS (
            SELECT FROM outbox_events o WHERE o.id = d.event_id AND o.api_key_id = room.api_key_id))
        ORDER BY d.next_attempt_at, d.id LIMIT greatest(room.free, 0) FOR UPDATE OF d SKIP LOCKED) due
      ORDER BY due.next_attempt_at, due.id LIMIT ${claim.limit}
    )
    UPDATE webhook_deliveries d SET claimed_until = ${time(claim.leaseUntil)}
    FROM next, webhook_endpoints e, outbox_events o
    WHERE d.id = next.id AND e.id = d.endpoint_id AND o.id = d.event_id
    RETURNING d.id, ${timeJson(sql`d.claimed_until`)} AS lease, d.round_attempts AS "roundAttempts",
      d.event_id AS "eventId", d.event, ${envelopeText('o')} AS envelope, e.id AS "endpointId", e.url,
      e.sealed_secret AS "sealedSecret",
      CASE WHEN e.previous_expires_at > ${now} THEN e.previous_sealed_secret END AS "previousSealedSecret",
      ${timeJson(sql`e.failing_since`)} AS "failingSince", ${timeJson(sql`e.last_attempt_at`)} AS "lastAttemptAt",
      e.warned_at IS NOT NULL AS "isWarned"`);
}

/** An attempt as its delivery's log keeps it. */
export interface AttemptRow {
  readonly at: number;
  readonly statusCode: number | null;
  readonly error: AttemptError | null;
  readonly durationMs: number;
  readonly responseBody: string | null;
}

/**
 * Writes what came of an attempt: its log in any case, the rest while the claim is still ours. An endpoint is disabled
 * only if no other attempt has succeeded meanwhile.
 */
export function settle(db: Db, claimed: Claimed, attempt: AttemptRow, { delivery, endpoint }: Outcome) {
  const nextAttemptAt = delivery.status === 'pending' ? delivery.nextAttemptAt : null;
  const isCurrent = sql`e.failing_since IS NOT DISTINCT FROM ${claimed.failingSince}::timestamptz`;
  const isDisabling = sql`${endpoint.disabledReason !== null}::boolean AND e.disabled_reason IS NULL
    AND (${endpoint.disabledReason === 'gone'}::boolean OR ${isCurrent})`;
  return db.execute(sql`
    WITH logged AS (
      INSERT INTO webhook_attempts (id, delivery_id, at, status_code, error, duration_ms, response_body)
      SELECT ${newId(attempt.at)}, d.id, ${time(attempt.at)}, ${attempt.statusCode}::integer, ${attempt.error}::text,
        ${attempt.durationMs}::integer, ${attempt.responseBody}::text
      FROM webhook_deliveries d WHERE d.id = ${claimed.id}
    ), settled AS (
      UPDATE webhook_deliveries SET status = ${delivery.status}, attempts = attempts + 1,
        round_attempts = round_attempts + 1, next_attempt_at = ${timeOrNull(nextAttemptAt)}, claimed_until = NULL,
        last_status_code = ${attempt.statusCode}::integer
      WHERE id = ${claimed.id} AND claimed_until = ${claimed.lease}::timestamptz RETURNING endpoint_id
    )
    UPDATE webhook_endpoints e SET
      last_attempt_at = ${time(attempt.at)}, last_status_code = ${attempt.statusCode}::integer,
      last_error = ${attempt.error}::text,
      failing_since = ${endpoint.failingSince === null ? sql`NULL` : sql`coalesce(e.failing_since, ${time(endpoint.failingSince)})`},
      warned_at = ${endpoint.failingSince === null ? sql`NULL` : endpoint.notice === 'failing' ? sql`coalesce(e.warned_at, ${time(attempt.at)})` : sql`e.warned_at`},
      disabled_reason = CASE WHEN ${isDisabling} THEN ${endpoint.disabledReason}::text ELSE e.disabled_reason END,
      notice_due = CASE WHEN ${isDisabling} THEN 'disabled'
        WHEN ${endpoint.notice === 'failing'}::boolean AND e.warned_at IS NULL THEN 'failing' ELSE e.notice_due END
    FROM settled WHERE e.id = settled.endpoint_id`);
}

/** Gives a claim back without an attempt. */
export function releaseClaim(db: Db, { id, lease }: Claimed) {
  return db.execute(sql`
    UPDATE webhook_deliveries SET claimed_until = NULL WHERE id = ${id} AND claimed_until = ${lease}::timestamptz`);
}

/** Events whose message was lost, the oldest first. */
export function selectLostEvents(db: Db, before: number, limit: number) {
  return db.execute<{ id: string }>(sql`
    SELECT id FROM outbox_events WHERE fan_out_due AND created_at <= ${time(before)} ORDER BY created_at LIMIT ${limit}`);
}

/** Endpoints with a due delivery that is not claimed. */
export function selectDueEndpoints(db: Db, now: number, limit: number) {
  return db.execute<{ id: string; isFailing: boolean }>(sql`
    SELECT e.id, e.failing_since IS NOT NULL AS "isFailing" FROM (
      SELECT endpoint_id, min(next_attempt_at) AS since FROM webhook_deliveries
      WHERE status = 'pending' AND next_attempt_at <= ${time(now)} AND (claimed_until IS NULL OR claimed_until <= ${time(now)})
      GROUP BY endpoint_id
    ) due JOIN webhook_endpoints e ON e.id = due.endpoint_id JOIN api_keys k ON k.id = e.api_key_id
    WHERE ${isEndpointActive('e')} ORDER BY due.since LIMIT ${limit}`);
}

/** Deletes deliveries of deleted endpoints, and the endpoints that have none left. */
export function purgeDeleted(db: Db, limit: number) {
  return [
    db.execute(sql`
      DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
        SELECT d.id FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id
        WHERE e.deleted_at IS NOT NULL LIMIT ${limit}))`),
    db.execute(sql`
      DELETE FROM webhook_endpoints WHERE id = ANY (ARRAY(
        SELECT e.id FROM webhook_endpoints e
        WHERE e.deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id)
        LIMIT ${limit}))`),
  ] as const;
}

/** Mails to owners that are due. */
export function selectNotices(db: Db, limit: number) {
  return db.execute<NoticeRow>(sql`
    SELECT e.id, e.api_key_id AS "keyId", e.url, e.notice_due AS notice, e.disabled_reason AS "disabledReason",
      ${timeJson(sql`e.failing_since`)} AS "failingSince", e.last_status_code AS "lastStatusCode",
      e.last_error AS "lastError", k.label, a.email
    FROM webhook_endpoints e JOIN api_keys k ON k.id = e.api_key_id JOIN accounts a ON a.id = k.account_id
    WHERE e.notice_due IS NOT NULL AND e.deleted_at IS NULL AND ${isKeyActive('k')} ORDER BY e.id LIMIT ${limit}`);
}

export type NoticeRow = {
  readonly id: string;
  readonly keyId: string;
  readonly url: string;
  readonly notice: 'failing' | 'disabled';
  readonly disabledReason: 'owner' | 'gone' | 'failing' | null;
  readonly failingSince: string | null;
  readonly lastStatusCode: number | null;
  readonly lastError: AttemptError | null;
  readonly label: string;
  readonly email: string;
};

/** Notes that a mail is sent, unless another one is due since. */
export function clearNotice(db: Db, { id, notice }: NoticeRow) {
  return db.execute(sql`UPDATE webhook_endpoints SET notice_due = NULL WHERE id = ${id} AND notice_due = ${notice}`);
}

/**
 * Endpoints with a secret that is encrypted under another key than the present one. @param prefix of the present key
 */
export function selectSealedElsewise(db: Db, prefix: string, limit: number) {
  return db.execute<{ id: string; sealed: string; previous: string | null }>(sql`
    SELECT id, sealed_secret AS sealed, previous_sealed_secret AS previous FROM webhook_endpoints
    WHERE NOT starts_with(sealed_secret, ${prefix}) OR NOT starts_with(previous_sealed_secret, ${prefix})
    ORDER BY id LIMIT ${limit}`);
}

/** Replaces the ciphertexts of an endpoint's secrets, unless they were rotated since. */
export function updateSealed(
  db: Db,
  endpoint: { readonly id: string; readonly was: string; readonly sealed: string; readonly previous: string | null },
) {
  return db.execute(sql`
    UPDATE webhook_endpoints SET sealed_secret = ${endpoint.sealed}, previous_sealed_secret = ${endpoint.previous}
    WHERE id = ${endpoint.id} AND sealed_secret = ${endpoint.was}`);
}

/** The number of waiting events and deliveries, for the sweep's log. */
export function selectBacklog(db: Db, now: number) {
  return db.execute<{ events: number; due: number; oldestS: number }>(sql`
    SELECT (SELECT count(*)::int FROM outbox_events WHERE fan_out_due) AS events, count(*)::int AS due,
      coalesce(floor(extract(epoch FROM ${time(now)} - min(next_attempt_at))), 0)::int AS "oldestS"
    FROM webhook_deliveries WHERE status = 'pending' AND next_attempt_at <= ${time(now)}`);
}
