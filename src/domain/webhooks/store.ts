import { sql } from 'drizzle-orm';
import { WEBHOOK_REPLAY_MAX, WEBHOOKS_PER_KEY } from '../../config/limits.ts';
import { type Db, type Sql, timeJson, unlessBroken } from '../../data/db.ts';
import { auditLog } from '../../data/schema/audit-log.ts';
import { type EventName, TEST_EVENT } from '../../data/schema/outbox-events.ts';
import { newId } from '../../lib/id.ts';
import type { Actor, ClientAddress, Writer } from '../context.ts';
import { generatedIds } from '../deliveries/index.ts';
import { actingAccount } from '../idempotency/index.ts';
import { envelopeText, isEndpointActive, isKeyActive } from '../outbox/index.ts';

const time = (at: Date): Sql => sql`${at.toISOString()}::timestamptz`;
const texts = (values: readonly string[]): Sql =>
  sql`ARRAY(SELECT jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;

/** An endpoint that somebody names: by its key, which must be theirs, and its id. */
export interface Named {
  readonly actor: Writer;
  readonly keyId: string;
  readonly webhookId: string;
}

/** The endpoint `e` and its key `k` are the actor's. */
function isNamed({ actor, keyId, webhookId }: Named): Sql {
  return sql`e.id = ${webhookId} AND e.deleted_at IS NULL AND ${isOwnKey(actor, keyId)}`;
}

const isOwnKey = (actor: Actor, keyId: string): Sql => sql`k.id = ${keyId} AND k.account_id = ${actor.accountId}`;

/** The same in a write: the actor may still write, and no revocation comes between. */
const isWritable = (named: Named): Sql => sql`${isNamed(named)} AND k.account_id = ${actingAccount(named.actor)}`;

const ENDPOINT = sql`webhook_endpoints e JOIN api_keys k ON k.id = e.api_key_id`;

/** Something can be sent: neither the endpoint is disabled nor its key silenced or expired. */
const mayReceive = (at: Date): Sql =>
  sql`${isEndpointActive('e')} AND ${isKeyActive('k')} AND (k.expires_at IS NULL OR k.expires_at > ${time(at)})`;

const webhookColumns = sql`
  e.id, e.url, e.description, array_to_json(e.events) AS events,
  CASE WHEN e.disabled_reason IS NULL THEN 'active' ELSE 'disabled' END AS status,
  e.disabled_reason AS "disabledReason", ${timeJson(sql`e.created_at`)} AS "createdAt",
  ${timeJson(sql`e.last_attempt_at`)} AS "lastAttemptAt", e.last_status_code AS "lastStatusCode",
  ${timeJson(sql`e.failing_since`)} AS "failingSince"`;

/** `{ webhook }` as one JSON. */
const webhookJson = (condition: Sql): Sql => sql`
  SELECT row_to_json(answer)::text FROM (
    SELECT (SELECT row_to_json(webhook) FROM (SELECT ${webhookColumns}) webhook) AS webhook
    FROM ${ENDPOINT} WHERE ${condition}) answer`;

/** `{ webhook }`, or no row where the actor has no such endpoint. */
export function selectWebhook(db: Db, named: Named) {
  return db.execute<{ body: string }>(sql`SELECT body FROM (${webhookJson(isNamed(named))}) AS found(body)`);
}

/** The same as the answer to a write: NULL where the actor may not write any more, too. */
export function writtenWebhook(named: Named): Sql {
  return webhookJson(isWritable(named));
}

/** An endpoint that its owner checks, also where it is disabled; no row where it is not theirs. */
export function selectProbed(db: Db, named: Named) {
  return db.execute<{ url: string; sealedSecret: string; hears: boolean }>(sql`
    SELECT e.url, e.sealed_secret AS "sealedSecret", ${isKeyActive('k')} AS hears FROM ${ENDPOINT} WHERE ${isWritable(named)}`);
}

/** When the secret before the last rotation ends; null where one signs. No row where the actor has no such endpoint. */
export function selectRotation(db: Db, named: Named, now: Date) {
  return db.execute<{ previousExpiresAt: string | null }>(sql`
    SELECT CASE WHEN e.previous_expires_at > ${time(now)} THEN ${timeJson(sql`e.previous_expires_at`)} END AS "previousExpiresAt"
    FROM ${ENDPOINT} WHERE ${isNamed(named)}`);
}

/** Whether anything can be sent to an endpoint, or no row where the actor has no such endpoint. */
export function selectReception(db: Db, named: Named, at: Date) {
  return db.execute<{ isEnabled: boolean; mayReceive: boolean }>(sql`
    SELECT ${isEndpointActive('e')} AS "isEnabled", ${mayReceive(at)} AS "mayReceive" FROM ${ENDPOINT} WHERE ${isNamed(named)}`);
}

/** `{ webhooks }` of a key, the oldest first; no row where the actor has no such key. */
export function selectWebhooks(db: Db, actor: Actor, keyId: string) {
  return db.execute<{ body: string }>(sql`
    SELECT json_build_object('webhooks', array_to_json(ARRAY(
      SELECT row_to_json(webhook) FROM (
        SELECT ${webhookColumns} FROM webhook_endpoints e
        WHERE e.api_key_id = k.id AND e.deleted_at IS NULL ORDER BY e.id) webhook)))::text AS body
    FROM api_keys k WHERE ${isOwnKey(actor, keyId)}`);
}

/**
 * Locks a key of the actor's: creations of endpoints for it wait for each other, so that each sees those before it. It
 * comes before {@link actingAccount}, whose lock on a key is weaker: two who strengthened that one would wait for each
 * other.
 */
export function lockKey(db: Db, { actor, keyId }: Named) {
  return db.execute(sql`
    SELECT FROM api_keys k JOIN accounts a ON a.id = k.account_id
    WHERE ${isOwnKey(actor, keyId)} FOR KEY SHARE OF a FOR NO KEY UPDATE OF k`);
}

/** A new endpoint with checked values. `sealedSecret` is encrypted: the table never holds a secret in plain text. */
export interface NewWebhookRow {
  readonly url: string;
  readonly description: string | null;
  readonly events: readonly string[];
  readonly sealedSecret: string;
  readonly createdAt: Date;
}

/**
 * Inserts an endpoint. Rules, in this order: `own_key`, where the actor has no such key; `active_key`, where it is
 * silenced or has expired; `webhooks_of_key`, where it has its number of endpoints.
 */
export function insertWebhook(db: Db, { actor, keyId, webhookId }: Named, row: NewWebhookRow) {
  const at = time(row.createdAt);
  const isOwn = sql`SELECT FROM api_keys k WHERE ${isOwnKey(actor, keyId)}`;
  const ofActor = sql`(SELECT k.id FROM api_keys k WHERE k.id = ${keyId} AND k.account_id = ${actingAccount(actor)})`;
  const apiKeyId = unlessBroken(ofActor, {
    own_key: sql`NOT EXISTS (${isOwn})`,
    active_key: sql`NOT EXISTS (${isOwn} AND ${isKeyActive('k')} AND (k.expires_at IS NULL OR k.expires_at > ${at}))`,
    webhooks_of_key: sql`(
      SELECT count(*) FROM webhook_endpoints e WHERE e.api_key_id = ${keyId} AND e.deleted_at IS NULL) >= ${WEBHOOKS_PER_KEY}`,
  });
  return db.execute(sql`
    INSERT INTO webhook_endpoints (id, api_key_id, url, description, events, sealed_secret, created_at)
    VALUES (${webhookId}, ${apiKeyId}, ${row.url}, ${row.description}, ${texts(row.events)}, ${row.sealedSecret}, ${at})`);
}

/** The fields to change: an absent one stays, a null description is removed. */
export interface WebhookChange {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
}

/** Changes an endpoint. Another URL, or enabling it, forgets that it failed. */
export function updateWebhook(db: Db, named: Named, { url, events, description, status }: WebhookChange) {
  const forgets = url !== undefined || status === 'active';
  const changes = [
    ...(url === undefined ? [] : [sql`url = ${url}`]),
    ...(events === undefined ? [] : [sql`events = ${texts(events)}`]),
    ...(description === undefined ? [] : [sql`description = ${description}`]),
    ...(status === undefined
      ? []
      : [sql`disabled_reason = ${status === 'active' ? sql`NULL` : sql`coalesce(e.disabled_reason, 'owner')`}`]),
    ...(forgets ? [sql`failing_since = NULL, warned_at = NULL, notice_due = NULL`] : []),
  ];
  return db.execute(sql`
    UPDATE webhook_endpoints e SET ${sql.join(changes, sql`, `)} FROM api_keys k
    WHERE k.id = e.api_key_id AND ${isWritable(named)}`);
}

/** Deletes an endpoint: it is gone at once, its deliveries with the sweep. */
export function markDeleted(db: Db, named: Named, at: Date) {
  return db.execute(sql`
    UPDATE webhook_endpoints e SET deleted_at = ${time(at)} FROM api_keys k
    WHERE k.id = e.api_key_id AND ${isWritable(named)}`);
}

/** An empty text where this very request has deleted the endpoint. */
export function deletedAnswer({ actor, keyId, webhookId }: Named, at: Date): Sql {
  return sql`
    SELECT '' FROM ${ENDPOINT} WHERE e.id = ${webhookId} AND e.deleted_at = ${time(at)} AND ${isOwnKey(actor, keyId)}`;
}

/**
 * Replaces the secret; the one before signs on until it expires. No row is changed while two are live, unless told so.
 */
export function rotateSecret(
  db: Db,
  named: Named,
  rotation: {
    readonly sealedSecret: string;
    readonly at: Date;
    readonly previousExpiresAt: Date;
    readonly endsPrevious: boolean;
  },
) {
  const { sealedSecret, at, previousExpiresAt, endsPrevious } = rotation;
  return db.execute(sql`
    UPDATE webhook_endpoints e SET sealed_secret = ${sealedSecret}, previous_sealed_secret = e.sealed_secret,
      previous_expires_at = ${time(previousExpiresAt)}
    FROM api_keys k
    WHERE k.id = e.api_key_id AND ${isWritable(named)}
      AND (${endsPrevious}::boolean OR e.previous_expires_at IS NULL OR e.previous_expires_at <= ${time(at)})`);
}

type AuditEvent =
  | 'webhook_created'
  | 'webhook_changed'
  | 'webhook_deleted'
  | 'webhook_secret_rotated'
  | 'webhook_tested'
  | 'webhook_redelivered'
  | 'webhook_replayed';

/** Notes in the audit log of a key what is done to an endpoint of it. */
interface Audit {
  readonly event: AuditEvent;
  readonly at: Date;
  readonly address: ClientAddress | undefined;
}

/** Stands before the change that it notes, and notes it where that is possible. */
export function insertAudit(db: Db, named: Named, audit: Audit) {
  return insertAuditWhere(db, audit, isNamed(named));
}

/** The same for what is sent again, which needs an endpoint that may receive and, where one is named, its delivery. */
export function insertSendAudit(db: Db, named: Named, audit: Audit, deliveryId?: string) {
  const hasDelivery = sql`EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.id = ${deliveryId})`;
  const needs = deliveryId === undefined ? sql`` : sql`AND ${hasDelivery}`;
  return insertAuditWhere(db, audit, sql`${isNamed(named)} AND ${mayReceive(audit.at)} ${needs}`);
}

/** The same after a rotation: only where the secret is the new one. */
export function insertRotationAudit(db: Db, named: Named, audit: Audit, sealedSecret: string) {
  return insertAuditWhere(db, audit, sql`${isNamed(named)} AND e.sealed_secret = ${sealedSecret}`);
}

function insertAuditWhere(db: Db, { event, at, address }: Audit, condition: Sql) {
  const id = newId(at.getTime());
  return db.execute(sql`
    INSERT INTO audit_log (id, api_key_id, event, address, ${sql.identifier(auditLog.dedupeKey.name)}, at)
    SELECT ${id}, k.id, ${event}, ${address?.text ?? null}, ${id}, ${time(at)} FROM ${ENDPOINT} WHERE ${condition}`);
}

/** The event of a test. It has no sequence, so polling does not tell it. */
export function insertTestEvent(db: Db, named: Named, eventId: string, at: Date) {
  return db.execute(sql`
    INSERT INTO outbox_events (id, event, account_id, data, created_at)
    SELECT ${eventId}, ${TEST_EVENT}, k.account_id, json_build_object('id', e.id, 'url', e.url), ${time(at)}
    FROM ${ENDPOINT} WHERE ${isWritable(named)} AND ${mayReceive(at)}`);
}

/**
 * Queues the test event for its endpoint, to be sent at once. It does nothing unless {@link insertTestEvent} inserted
 * the event earlier in the same transaction.
 */
export function insertTestDelivery(
  db: Db,
  named: Named,
  delivery: { readonly id: string; readonly eventId: string; readonly at: Date },
) {
  const { id, eventId, at } = delivery;
  return db.execute(sql`
    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, status, next_attempt_at, created_at)
    SELECT ${id}, ${named.webhookId}, o.id, o.event, 'pending', ${time(at)}, ${time(at)}
    FROM outbox_events o WHERE o.id = ${eventId}`);
}

const deliveryColumns = sql`
  d.id, d.event_id AS "eventId", d.event, d.status, d.attempts, ${timeJson(sql`d.next_attempt_at`)} AS "nextAttemptAt",
  d.last_status_code AS "lastStatusCode", ${timeJson(sql`d.created_at`)} AS "createdAt"`;

const DELIVERY = sql`${ENDPOINT} JOIN webhook_deliveries d ON d.endpoint_id = e.id`;

/** `{ delivery }` as one JSON, or NULL where it is not the actor's, or nothing can be sent. */
export function queuedDeliveryJson(named: Named, deliveryId: string, at: Date): Sql {
  return sql`
    SELECT row_to_json(answer)::text FROM (
      SELECT (SELECT row_to_json(delivery) FROM (SELECT ${deliveryColumns}) delivery) AS delivery
      FROM ${DELIVERY} WHERE ${isWritable(named)} AND ${mayReceive(at)} AND d.id = ${deliveryId}) answer`;
}

/** Queues a delivery once more, whatever came of it. One that is being sent right now stays as it is. */
export function requeueDelivery(db: Db, named: Named, deliveryId: string, at: Date) {
  return db.execute(sql`
    UPDATE webhook_deliveries d SET status = 'pending', next_attempt_at = ${time(at)}, claimed_until = NULL,
      round_attempts = CASE WHEN d.status = 'pending' THEN d.round_attempts ELSE 0 END
    FROM ${ENDPOINT}
    WHERE d.endpoint_id = e.id AND ${isWritable(named)} AND ${mayReceive(at)} AND d.id = ${deliveryId}
      AND (d.claimed_until IS NULL OR d.claimed_until <= ${time(at)})`);
}

/**
 * Queues in one statement what an endpoint missed: events since a time that it is subscribed to and that were not
 * delivered, also those from when it was disabled, or all of them. How many they are is kept for {@link
 * replayedAnswer}.
 */
export function replayEvents(
  db: Db,
  named: Named,
  { since, isAll, at }: { readonly since: Date; readonly isAll: boolean; readonly at: Date },
) {
  const ended = isAll ? sql`d.status <> 'pending'` : sql`d.status IN ('failed', 'cancelled')`;
  return db.execute(sql`
    WITH target AS (
      SELECT e.id, e.events, k.account_id, k.expires_at FROM ${ENDPOINT} WHERE ${isWritable(named)} AND ${mayReceive(at)}
    ), owed AS (
      SELECT target.id AS endpoint_id, o.id, o.event FROM target
      JOIN outbox_events o ON o.account_id = target.account_id AND o.sequence > 0 AND o.event = ANY (target.events)
      LEFT JOIN webhook_deliveries d ON d.event_id = o.id AND d.endpoint_id = target.id
      WHERE o.created_at >= ${time(since)} AND (target.expires_at IS NULL OR target.expires_at > o.created_at)
        AND CASE WHEN d.id IS NULL THEN NOT o.fan_out_due ELSE ${ended} END
      ORDER BY o.sequence LIMIT ${WEBHOOK_REPLAY_MAX}
    ), queued AS (
      INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, status, next_attempt_at, created_at)
      SELECT ${generatedIds(at.getTime())}, endpoint_id, id, event, 'pending', ${time(at)}, ${time(at)} FROM owed
      ON CONFLICT (event_id, endpoint_id) DO UPDATE SET status = 'pending', round_attempts = 0,
        next_attempt_at = excluded.next_attempt_at, claimed_until = NULL
      RETURNING 1
    )
    SELECT set_config('jestha.replayed', count(*)::text, true) FROM queued`);
}

/** `{ replayed }`, or NULL where the endpoint is not the actor's, or nothing can be sent. */
export function replayedAnswer(named: Named, at: Date): Sql {
  return sql`
    SELECT json_build_object('replayed', current_setting('jestha.replayed')::integer)::text
    FROM ${ENDPOINT} WHERE ${isWritable(named)} AND ${mayReceive(at)}`;
}

/** A page of an endpoint's deliveries, the newest first; no row where the actor has no such endpoint. */
export function selectDeliveries(
  db: Db,
  named: Named,
  page: {
    readonly status: string | undefined;
    readonly event: string | undefined;
    /** Id of the last delivery of the page before. */
    readonly before: string | undefined;
    readonly limit: number;
  },
) {
  const { status, event, before, limit } = page;
  return db.execute<{ body: string }>(sql`
    SELECT array_to_json(ARRAY(
      SELECT row_to_json(delivery) FROM (
        SELECT ${deliveryColumns} FROM webhook_deliveries d
        WHERE d.endpoint_id = e.id
          ${status === undefined ? sql`` : sql`AND d.status = ${status}`}
          ${event === undefined ? sql`` : sql`AND d.event = ${event}`}
          ${before === undefined ? sql`` : sql`AND d.id < ${before}`}
        ORDER BY d.id DESC LIMIT ${limit}) delivery))::text AS body
    FROM ${ENDPOINT} WHERE ${isNamed(named)}`);
}

/** `{ delivery }` with its payload and every attempt. */
export function selectDelivery(db: Db, named: Named, deliveryId: string) {
  const attempts = sql`array_to_json(ARRAY(
    SELECT row_to_json(attempt) FROM (
      SELECT ${timeJson(sql`t.at`)} AS at, t.status_code AS "statusCode", t.error, t.duration_ms AS "durationMs",
        t.response_body AS "responseBody"
      FROM webhook_attempts t WHERE t.delivery_id = d.id ORDER BY t.id) attempt))`;
  return db.execute<{ body: string }>(sql`
    SELECT row_to_json(answer)::text AS body FROM (
      SELECT (SELECT row_to_json(delivery) FROM (
        SELECT ${deliveryColumns}, ${envelopeText('o')} AS payload, ${attempts} AS "attemptLog") delivery) AS delivery
      FROM ${DELIVERY} JOIN outbox_events o ON o.id = d.event_id
      WHERE ${isNamed(named)} AND d.id = ${deliveryId}) answer`);
}

/**
 * Events of the account of a key, the oldest first, and the account's watermark in the same snapshot: no event with a
 * smaller number can commit later. One row without an event where there is none; no row where the actor has no such
 * key.
 */
export function selectEvents(
  db: Db,
  actor: Actor,
  keyId: string,
  page: { readonly after: number; readonly event: EventName | undefined; readonly limit: number },
) {
  const { after, event, limit } = page;
  return db.execute<{ watermark: string; sequence: string | null; envelope: string | null }>(sql`
    SELECT a.event_sequence AS watermark, told.sequence, told.envelope
    FROM api_keys k JOIN accounts a ON a.id = k.account_id LEFT JOIN LATERAL (
      SELECT o.sequence, ${envelopeText('o')} AS envelope FROM outbox_events o
      WHERE o.account_id = k.account_id AND o.sequence > ${after}
        ${event === undefined ? sql`` : sql`AND o.event = ${event}`}
      ORDER BY o.sequence LIMIT ${limit}) told ON true
    WHERE ${isOwnKey(actor, keyId)} ORDER BY told.sequence`);
}
