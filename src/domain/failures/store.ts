import { and, eq, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { FAILURES_KEPT_MS, FAILURES_PER_KEY } from '../../config/limits.ts';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import type { failureSchema } from './responses.ts';

/** A call with a key that was answered with a status of 400 or above. */
export type Failure = z.infer<typeof failureSchema>;

/** A failed call on its way to its row. The key is named by its id or by its hash. */
export interface NewFailure extends Failure {
  readonly key: { readonly id: string } | { readonly hash: string };
}

/** Adds failed calls, of keys that exist and whose account is not deleted. */
export function insertFailures(db: Db, failures: readonly NewFailure[]) {
  const rows = JSON.stringify(failures.map(({ key, ...failure }) => ({ ...failure, ...named(key) })));
  return db.execute(sql`
    INSERT INTO key_failures (id, api_key_id, at, method, path, status, code, address, idempotency_key)
    SELECT f."requestId", k.id, f.at, f.method, f.path, f.status, f.code, f.address, f."idempotencyKey"
    FROM jsonb_to_recordset(${rows}::jsonb) AS f("requestId" text, "keyId" text, "keyHash" text, at timestamptz,
      method text, path text, status smallint, code text, address text, "idempotencyKey" text)
    CROSS JOIN LATERAL (
      SELECT id, account_id FROM api_keys WHERE id = f."keyId"
      UNION ALL SELECT id, account_id FROM api_keys WHERE hash = f."keyHash"
    ) k
    JOIN accounts ON accounts.id = k.account_id AND accounts.deleted_at IS NULL
    ON CONFLICT (id) DO NOTHING`);
}

const named = (key: NewFailure['key']) => ('id' in key ? { keyId: key.id } : { keyHash: key.hash });

/**
 * Deletes all but the newest failed calls of the keys that {@link insertFailures} was given. It leaves rows that
 * another isolate is deleting.
 */
export function deleteOlderFailures(db: Db, failures: readonly NewFailure[]) {
  const listOf = (name: 'keyId' | 'keyHash') =>
    sql`string_to_array(${[
      ...new Set(
        failures.flatMap(({ key }) => {
          const value = { keyId: undefined, keyHash: undefined, ...named(key) }[name];
          return value === undefined ? [] : [value];
        }),
      ),
    ].join(',')}, ',')`;
  return db.execute(sql`
    DELETE FROM key_failures WHERE id = ANY (ARRAY(
      SELECT id FROM key_failures WHERE id IN (
        SELECT old.id FROM (
          SELECT unnest(${listOf('keyId')}) AS id
          UNION SELECT found.id FROM unnest(${listOf('keyHash')}) AS given(hash)
            CROSS JOIN LATERAL (SELECT id FROM api_keys WHERE hash = given.hash OFFSET 0) found
        ) k CROSS JOIN LATERAL (
          SELECT f.id FROM key_failures f WHERE f.api_key_id = k.id ORDER BY f.id DESC OFFSET ${FAILURES_PER_KEY}
        ) old)
      FOR UPDATE SKIP LOCKED))`);
}

/** A key of an account, if it is one. */
export function selectKey(db: Db, id: string, accountId: string) {
  return db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.accountId, accountId)));
}

/** The newest failed calls of a key, as a table `newest`: at most the promised number and age. */
function newest(keyId: string, now: number): Sql {
  const since = new Date(now - FAILURES_KEPT_MS).toISOString();
  return sql`(
    SELECT * FROM key_failures WHERE api_key_id = ${keyId} AND at >= ${since}::timestamptz
    ORDER BY id DESC LIMIT ${FAILURES_PER_KEY}) newest`;
}

/** A page of failed calls, the newest first. @param page.before the last id of the page before */
export function selectFailures(
  db: Db,
  keyId: string,
  page: {
    readonly now: number;
    readonly status: number | undefined;
    readonly code: string | undefined;
    readonly before: string | undefined;
    readonly limit: number;
  },
) {
  const { now, status, code, before, limit } = page;
  const conditions = [
    sql`true`,
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(code === undefined ? [] : [sql`code = ${code}`]),
    ...(before === undefined ? [] : [sql`id < ${before}`]),
  ];
  return db.execute<{ [Field in keyof Failure]: Failure[Field] }>(sql`
    SELECT id AS "requestId", ${timeJson(sql`at`)} AS at, method, path, status, code, address, idempotency_key AS "idempotencyKey"
    FROM ${newest(keyId, now)} WHERE ${sql.join(conditions, sql` AND `)} ORDER BY id DESC LIMIT ${limit}`);
}

/** Calls with a key after its end. */
export function selectLateUse(db: Db, keyId: string, now: number) {
  return db.execute<{ count: number; lastAt: string | null; address: string | null }>(sql`
    SELECT count(*)::integer AS count, ${timeJson(sql`max(at)`)} AS "lastAt", (array_agg(address ORDER BY id DESC))[1] AS address
    FROM ${newest(keyId, now)} WHERE code IN ('api_key_revoked', 'api_key_expired')`);
}

/** An ended key that is still tried, with the addresses that try it. */
export type KnockingKey = {
  readonly id: string;
  readonly label: string;
  readonly maskedKey: string;
  readonly count: number;
  readonly lastAt: string;
  /** The one with the most calls first. */
  readonly addresses: readonly { readonly address: string | null; readonly count: number }[];
};

/**
 * Keys that were revoked lately, had the scopes of a key of the same account, and are still tried.
 *
 * @param limit of keys, and of addresses of each
 */
export function selectKnocking(db: Db, keyId: string, accountId: string, now: number, limit: number) {
  const since = sql`${new Date(now - FAILURES_KEPT_MS).toISOString()}::timestamptz`;
  return db.execute<KnockingKey>(sql`
    SELECT old.id, old.label, old.masked_key AS "maskedKey", late.count, ${timeJson(sql`late.last_at`)} AS "lastAt", late.addresses
    FROM (
      SELECT old.* FROM api_keys k JOIN api_keys old ON old.account_id = k.account_id
      WHERE k.id = ${keyId} AND k.account_id = ${accountId} AND old.id <> k.id AND old.revoked_at >= ${since}
        AND old.scopes @> k.scopes AND old.scopes <@ k.scopes
      ORDER BY old.revoked_at DESC LIMIT ${limit}
    ) old CROSS JOIN LATERAL (
      SELECT sum(n)::integer AS count, max(last_at) AS last_at,
        to_json((array_agg(json_build_object('address', address, 'count', n) ORDER BY n DESC, address))[1:${limit}]) AS addresses
      FROM (
        SELECT address, count(*) AS n, max(at) AS last_at FROM key_failures
        WHERE api_key_id = old.id AND at >= ${since} AND code = 'api_key_revoked' GROUP BY address
      ) tried
    ) late
    WHERE late.count > 0 ORDER BY late.last_at DESC`);
}
