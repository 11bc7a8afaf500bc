import { sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { emptyDeleted } from '../posts/index.ts';
import type { MADE_KINDS } from './schemas.ts';

export type MadeKind = (typeof MADE_KINDS)[number];

/** Selects the things that a key made from a time on, or one of them. */
export interface MadeBy {
  readonly keyId: string;
  readonly accountId: string;
  /** The smallest id of that time. */
  readonly firstId: string;
  readonly id?: string;
}

const TABLES = {
  jes: sql.raw('posts'),
  jesclip: sql.raw('jesclips'),
  comment: sql.raw('comments'),
  jesclip_comment: sql.raw('jesclip_comments'),
} as const;

/** Rows of a table that a key made and that are still there, as a condition. */
function isMade(kind: MadeKind, { keyId, accountId, firstId, id }: MadeBy): Sql {
  const table = TABLES[kind];
  const isThere = kind === 'jes' ? sql` AND deleted_at IS NULL` : sql``;
  const isOne = id === undefined ? sql`` : sql` AND ${table}.id = ${id}`;
  return sql`${table}.api_key_id = ${keyId} AND ${table}.id >= ${firstId} AND author_id = ${accountId}${isThere}${isOne}`;
}

/** Something that a key made. */
export type MadeItem = {
  readonly kind: MadeKind;
  readonly id: string;
  /** Its beginning. */
  readonly text: string;
  readonly createdAt: string;
  /** The id of the subject of a comment; the id of the bounced Jes of a bounce. */
  readonly subjectId: string | null;
  readonly files: number;
};

/**
 * The things that a key made, the newest first.
 *
 * @param before the id of the last one of the page before
 */
export function selectMade(db: Db, made: MadeBy, before: string | undefined, limit: number) {
  const part = (kind: MadeKind, columns: Sql) => sql`(
    SELECT ${kind}::text AS kind, id, ${columns}, created_at FROM ${TABLES[kind]}
    WHERE ${isMade(kind, made)}${before === undefined ? sql`` : sql` AND id < ${before}`}
    ORDER BY id DESC LIMIT ${limit})`;
  const files = (column: string, table: string) =>
    sql.raw(`(SELECT count(*) FROM media WHERE media.${column} = ${table}.id)::integer`);
  const text = (column: string) => sql.raw(`left(${column}, 280)`);
  return db.execute<MadeItem>(sql`
    SELECT kind, id, text, ${timeJson(sql`created_at`)} AS "createdAt", subject_id AS "subjectId", files FROM (
      ${part('jes', sql`${text('content')} AS text, bounce_of_id AS subject_id, ${files('post_id', 'posts')} AS files`)}
      UNION ALL ${part('jesclip', sql`${text('caption')}, NULL::text, ${files('jesclip_id', 'jesclips')}`)}
      UNION ALL ${part('comment', sql`${text('content')}, post_id, 0`)}
      UNION ALL ${part('jesclip_comment', sql`${text('content')}, jesclip_id, 0`)}
    ) made ORDER BY id DESC LIMIT ${limit}`);
}

export type MadeCounts = { readonly [Kind in MadeKind]: number };

/** Counts the things that a key made, of each kind up to a limit. */
export function countMade(db: Db, made: MadeBy, limit: number) {
  const count = (kind: MadeKind) =>
    sql`(SELECT count(*) FROM (SELECT FROM ${TABLES[kind]} WHERE ${isMade(kind, made)} LIMIT ${limit}) each)::integer AS ${sql.raw(kind)}`;
  return db.execute<MadeCounts>(sql`
    SELECT ${count('jes')}, ${count('jesclip')}, ${count('comment')}, ${count('jesclip_comment')}`);
}

/** An address that a key was used from. */
export type UsedAddress = { readonly address: string; readonly firstAt: string; readonly lastAt: string };

/**
 * Addresses that a key was used from, by the days on which each was new, the latest first. The address in use at the
 * start of the period is among them.
 */
export function selectAddresses(db: Db, keyId: string, since: Date, limit: number) {
  const from = sql`${since.toISOString()}::timestamptz`;
  const uses = sql`FROM audit_log WHERE api_key_id = ${keyId} AND event = 'first_use' AND address IS NOT NULL`;
  return db.execute<UsedAddress>(sql`
    SELECT address, ${timeJson(sql`min(at)`)} AS "firstAt", ${timeJson(sql`max(at)`)} AS "lastAt" FROM (
      SELECT address, at ${uses} AND at >= ${from}
      UNION ALL (SELECT address, at ${uses} AND at < ${from} ORDER BY at DESC LIMIT 1)
    ) seen GROUP BY address ORDER BY max(at) DESC, address LIMIT ${limit}`);
}

/** Refuses the transaction if the person may not write any more. */
export function requireActing(db: Db, actor: Writer<SessionActor>) {
  return db.execute(sql`SELECT ${actingAccount(actor)}`);
}

/** The oldest things that a key made: later ones change nothing about them. */
const oldest = (kind: MadeKind, made: MadeBy, limit: number) =>
  sql`SELECT id FROM ${TABLES[kind]} WHERE ${isMade(kind, made)} ORDER BY id LIMIT ${limit}`;

type Deleted = { readonly count: number };

/** Deletes Jes of a key like `markDeleted` of `posts`: from this moment no caller can read them. */
export function deleteMadeJes(db: Db, made: MadeBy, at: Date, limit: number) {
  return db.execute<Deleted>(sql`
    WITH gone AS (
      UPDATE posts SET deleted_at = ${at.toISOString()}::timestamptz, content = '', hashtags = '{}', mention_ids = '{}',
        location = NULL, link_preview_url = NULL, link_preview = NULL
      WHERE id = ANY (ARRAY(${oldest('jes', made, limit)} FOR UPDATE)) AND deleted_at IS NULL
      RETURNING id, bounce_of_id
    ), ${emptyDeleted()}, described AS (
      UPDATE media SET alt = NULL FROM gone WHERE media.post_id = gone.id AND media.alt IS NOT NULL
    ), lost AS (
      SELECT bounce_of_id, count(*) AS n FROM gone WHERE bounce_of_id IS NOT NULL GROUP BY bounce_of_id
    ), originals AS (
      UPDATE posts SET bounce_count = bounce_count - n FROM lost
      WHERE posts.id = lost.bounce_of_id AND posts.id NOT IN (SELECT id FROM gone)
    ), counted AS (
      UPDATE accounts SET total_posts = total_posts - (SELECT count(*) FROM gone)
      WHERE id = ${made.accountId} AND EXISTS (SELECT FROM gone)
    )
    SELECT count(*)::integer AS count FROM gone`);
}

/** Locks comments of a key, and with them their threads, for the statement that deletes them. */
export function lockMadeComments(db: Db, kind: 'comment' | 'jesclip_comment', made: MadeBy, limit: number) {
  return db.execute(sql`${oldest(kind, made, limit)} FOR UPDATE`);
}

/** Deletes comments of a key and the replies to them. @returns the number of those of the key, and of those replies */
export function deleteMadeComments(db: Db, kind: 'comment' | 'jesclip_comment', made: MadeBy, limit: number) {
  const comments = TABLES[kind];
  const [subjects, subjectId, path] =
    kind === 'comment'
      ? [TABLES.jes, sql.raw('post_id'), '/api/posts/']
      : [TABLES.jesclip, sql.raw('jesclip_id'), '/api/jesclips/'];
  return db.execute<Deleted>(sql`
    WITH chosen AS MATERIALIZED (${oldest(kind, made, limit)}), gone AS (
      DELETE FROM ${comments} WHERE id = ANY (ARRAY(
        SELECT id FROM chosen UNION SELECT reply.id FROM chosen JOIN ${comments} reply ON reply.parent_id = chosen.id))
      RETURNING id, ${subjectId} AS subject_id
    ), lost AS (
      SELECT subject_id, count(*) AS n FROM gone GROUP BY subject_id
    ), counted AS (
      UPDATE ${subjects} SET comment_count = comment_count - n FROM lost WHERE ${subjects}.id = lost.subject_id
    ), ${emptied(made, sql`('${sql.raw(path)}' || gone.subject_id || '/comments')`, { content: '' })}
    SELECT count(*)::integer AS count FROM chosen`);
}

/** Deletes JesClips of a key, with their comments. @returns their objects, with spaces between them */
export function deleteMadeJesClips(db: Db, made: MadeBy, limit: number) {
  return db.execute<Deleted & { readonly objects: string }>(sql`
    WITH chosen AS MATERIALIZED (${oldest('jesclip', made, limit)} FOR UPDATE), files AS (
      DELETE FROM media USING chosen WHERE media.jesclip_id = chosen.id RETURNING object
    ), gone AS (
      DELETE FROM jesclips USING chosen WHERE jesclips.id = chosen.id RETURNING jesclips.id
    ), ${emptied(made, sql`'/api/jesclips', '/api/jesclips/' || gone.id`, { caption: '', hashtags: [], mentions: [] })}
    SELECT (SELECT count(*) FROM gone)::integer AS count, coalesce((SELECT string_agg(object, ' ') FROM files), '') AS objects`);
}

/**
 * Parts of a statement that remove the texts of deleted things from events, and from answers that are kept for replays.
 * The statement has a part `gone` with a column `id`.
 *
 * @param paths of the writes that answered it
 */
function emptied({ accountId }: MadeBy, paths: Sql, words: Readonly<Record<string, unknown>>): Sql {
  const empty = sql.raw(`'${JSON.stringify(words)}'::jsonb`);
  return sql`
    emptied_events AS (
      UPDATE outbox_events SET data = (data::jsonb || ${empty})::json FROM gone WHERE outbox_events.data ->> 'id' = gone.id
    ), emptied_answers AS (
      UPDATE idempotency_keys SET body = (body::jsonb || ${empty})::text FROM gone
      WHERE account_id = ${accountId} AND method IN ('POST', 'PATCH') AND path IN (${paths})
        AND CASE WHEN body LIKE '{%' THEN body::jsonb ->> 'id' = gone.id END
    )`;
}
