import { sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { type DbFunction, dbFunction } from '../../data/db-function.ts';
import { EVENT_SUBJECTS, type EventName, TEST_EVENT } from '../../data/schema/outbox-events.ts';
import { template } from '../../data/template.ts';

/** `evt_` and a UUID (contract section 10). */
export function newEventId(): string {
  return `evt_${crypto.randomUUID()}`;
}

/**
 * A condition on a row in `api_keys`: true if the endpoints of the key get events. Every reason that silences a key is
 * in it; expiry does not, since events from before it are still delivered.
 *
 * @param key alias of `api_keys`
 */
export function isKeyActive(key: string): Sql {
  const k = sql.raw(key);
  return sql`(${k}.revoked_at IS NULL AND (SELECT suspended_at FROM accounts WHERE accounts.id = ${k}.account_id) IS NULL)`;
}

/**
 * A condition: true if an endpoint takes events.
 *
 * @param endpoint alias of `webhook_endpoints`
 */
export function isEndpointActive(endpoint: string): Sql {
  const e = sql.raw(endpoint);
  return sql`(${e}.disabled_reason IS NULL AND ${e}.deleted_at IS NULL)`;
}

/**
 * A condition: true if an endpoint `e` of a key `k` gets an event. The only rule that decides the receivers of an
 * event.
 */
export function isSubscribed(event: { readonly name: Sql; readonly at: Sql; readonly revokedKeyId: Sql }): Sql {
  return sql`(
    ${isEndpointActive('e')} AND ${event.name} = ANY (e.events)
    AND (${isKeyActive('k')} OR k.id = ${event.revokedKeyId})
    AND (k.expires_at IS NULL OR k.expires_at > ${event.at}))`;
}

/** True if an event that happens now must be fanned out. */
const isAwaited = dbFunction(
  'is_awaited_v1',
  { accountId: 'text', name: 'text', at: 'timestamptz', revokedKeyId: 'text' },
  'boolean',
  // OFFSET keeps the planner at one look-up for each key.
  (slot) => sql`
    SELECT EXISTS (
      SELECT FROM api_keys k CROSS JOIN LATERAL (SELECT * FROM webhook_endpoints WHERE api_key_id = k.id OFFSET 0) e
      WHERE k.account_id = ${slot('accountId')}
        AND ${isSubscribed({ name: sql`${slot('name')}`, at: sql`${slot('at')}`, revokedKeyId: sql`${slot('revokedKeyId')}` })})`,
);

/** The functions of events in the database. */
export const EVENT_FUNCTIONS: readonly DbFunction[] = [isAwaited];

/** The event of something that an account made. */
export interface SubjectEvent {
  readonly id: string;
  /** Id of the created thing. */
  readonly subjectId: string;
  readonly accountId: string;
  readonly at: Date;
}

/**
 * Writes an event in the transaction of its change. The row lock on the account is held until the commit, so sequences
 * become visible in their order.
 *
 * @param event.data a query of one JSON: the subject as it is then
 * @param event.alsoSet further columns of the account that change with it, after a comma
 */
export function insertEvent(
  db: Db,
  event: {
    readonly id: string;
    readonly event: EventName;
    readonly accountId: string;
    readonly data: Sql;
    readonly at: Date;
    readonly alsoSet?: Sql;
  },
) {
  const { id, event: name, accountId, data, at, alsoSet = sql`` } = event;
  return db.execute(insertEventSql({}, { id, name, accountId, data, at: at.toISOString(), alsoSet }));
}

const insertEventSql = template<Record<string, never>, 'id' | 'name' | 'accountId' | 'data' | 'at' | 'alsoSet'>(
  (_, slot) => {
    const at = sql`${slot('at')}::timestamptz`;
    const isDue = isAwaited.call({
      accountId: sql`${slot('accountId')}`,
      name: sql`${slot('name')}`,
      at,
      revokedKeyId: null,
    });
    return sql`
      WITH numbered AS (
        UPDATE accounts SET event_sequence = event_sequence + 1${slot('alsoSet')}
        WHERE id = ${slot('accountId')} RETURNING event_sequence
      )
      INSERT INTO outbox_events (id, event, account_id, sequence, data, created_at, fan_out_due)
      SELECT ${slot('id')}, ${slot('name')}, ${slot('accountId')}, event_sequence, (${slot('data')})::json, ${at}, ${isDue}
      FROM numbered`;
  },
);

/**
 * Writes the missing events of revoked keys: in the transaction of the revocation or, for one by hand, in the sweep's.
 *
 * @param condition which keys, on `api_keys k`
 * @returns ids of the events that must be fanned out
 */
export function insertRevokedEvents(db: Db, condition: Sql) {
  const name = sql`'apikey.revoked'::text`;
  const [accountId, at, revokedKeyId] = [sql`revoked.account_id`, sql`revoked.revoked_at`, sql`revoked.id`];
  const isDue = isAwaited.call({ accountId, name, at, revokedKeyId });
  return db.execute<{ id: string }>(sql`
    WITH revoked AS (
      SELECT k.*, row_number() OVER (PARTITION BY k.account_id ORDER BY k.id) AS position FROM api_keys k
      WHERE ${condition} AND k.revoked_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM outbox_events o WHERE o.api_key_id = k.id)
    ), numbered AS (
      UPDATE accounts SET event_sequence = event_sequence + counted.events
      FROM (SELECT account_id, count(*) AS events FROM revoked GROUP BY account_id) counted
      WHERE accounts.id = counted.account_id
      RETURNING accounts.id, event_sequence - counted.events AS before
    ), inserted AS (
      INSERT INTO outbox_events (id, event, account_id, sequence, api_key_id, data, created_at, fan_out_due)
      SELECT 'evt_' || gen_random_uuid(), ${name}, revoked.account_id, numbered.before + revoked.position, revoked.id,
        (${revokedKeyJson}), revoked.revoked_at,
        ${isDue}
      FROM revoked JOIN numbered ON numbered.id = revoked.account_id
      RETURNING id, fan_out_due
    )
    SELECT id FROM inserted WHERE fan_out_due`);
}

/** The masked key as its event tells it: without addresses (contract section 10). */
const revokedKeyJson = sql`
  SELECT row_to_json(shown) FROM (
    SELECT revoked.id, revoked.label, revoked.masked_key AS "maskedKey", revoked.scopes, 'revoked' AS status,
      ${timeJson(sql`revoked.created_at`)} AS "createdAt", ${timeJson(sql`revoked.expires_at`)} AS "expiresAt",
      ${timeJson(sql`revoked.last_used_at`)} AS "lastUsedAt", ${timeJson(sql`revoked.revoked_at`)} AS "revokedAt",
      revoked.revoked_reason AS "revokedReason") shown`;

/**
 * The remaining effects of revoked keys: the newest lease on a delivery to an endpoint of theirs, and the events of
 * their revocations that must be fanned out. Claims lock the key, so none follows the commit of the revocation.
 */
export function selectSilenced(db: Db, keyIds: readonly string[]) {
  const isOfThem = sql`= ANY (string_to_array(${keyIds.join(',')}, ','))`;
  return db.execute<{ newestLease: string | null; events: string[] }>(sql`
    SELECT
      (SELECT ${timeJson(sql`max(claimed.until)`)} FROM webhook_endpoints e CROSS JOIN LATERAL (
         SELECT max(d.claimed_until) AS until FROM webhook_deliveries d
         WHERE d.endpoint_id = e.id AND d.claimed_until IS NOT NULL) claimed
       WHERE e.api_key_id ${isOfThem}) AS "newestLease",
      array_to_json(ARRAY(
        SELECT o.id FROM (SELECT * FROM outbox_events WHERE api_key_id ${isOfThem} OFFSET 0) o WHERE o.fan_out_due)) AS events`);
}

/**
 * Cancels what waits for endpoints that get nothing any more: disabled or deleted ones, and all of a silenced key but
 * the event of its revocation. No claim takes these any more; this writes it down.
 *
 * @param which.keyIds the endpoints of these keys only
 */
export function cancelSilenced(
  db: Db,
  which: { readonly now: number; readonly limit: number; readonly keyIds?: readonly string[] },
) {
  const { keyIds } = which;
  const ofKeys = keyIds ? sql`AND e.api_key_id = ANY (string_to_array(${keyIds.join(',')}, ','))` : sql``;
  // A few keys have few endpoints: OFFSET keeps the planner at one look-up for each.
  const deliveries = keyIds
    ? sql`CROSS JOIN LATERAL (
        SELECT * FROM webhook_deliveries WHERE endpoint_id = e.id AND status = 'pending' OFFSET 0) d`
    : sql`JOIN webhook_deliveries d ON d.endpoint_id = e.id AND d.status = 'pending'`;
  return db.execute(sql`
    UPDATE webhook_deliveries SET status = 'cancelled', next_attempt_at = NULL, claimed_until = NULL
    WHERE id = ANY (ARRAY(
      SELECT d.id FROM webhook_endpoints e JOIN api_keys k ON k.id = e.api_key_id
      ${deliveries} JOIN outbox_events o ON o.id = d.event_id
      WHERE NOT (${isEndpointActive('e')} AND (${isKeyActive('k')} OR coalesce(o.api_key_id = k.id, false))) ${ofKeys}
        AND (d.claimed_until IS NULL OR d.claimed_until <= ${new Date(which.now).toISOString()}::timestamptz)
      LIMIT ${which.limit} FOR UPDATE OF d SKIP LOCKED))`);
}

/** The envelope as deliveries and polling send it, byte for byte. @param event alias of `outbox_events` */
export function envelopeText(event: string): Sql {
  const o = sql.raw(event);
  const subjects = Object.entries({ ...EVENT_SUBJECTS, [TEST_EVENT]: 'webhook' });
  const subject = sql.join(
    subjects.map(([name, field]) => sql.raw(`WHEN '${name}' THEN '${field}'`)),
    sql` `,
  );
  return sql`(
    '{"event":"' || ${o}.event || '","id":"' || ${o}.id || '","created_at":"' || ${timeJson(sql`${o}.created_at`)}
    || '","data":{"' || (CASE ${o}.event ${subject} END) || '":' || ${o}.data || '}}')`;
}
