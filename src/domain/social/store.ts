import { sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { jehubMembers, jehubs } from '../../data/schema/jehubs.ts';
import { visibleTo, withAuthor } from '../content/index.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { dayOf } from '../limits/index.ts';

/** The marks that a person can set on a Jes: their tables, their counts, and their fields in the answer. */
const MARKS = {
  like: { table: 'likes', count: 'like_count', is: '"liked"', total: '"likes"' },
  save: { table: 'saves', count: 'save_count', is: '"saved"', total: '"saves"' },
} as const;

type Mark = keyof typeof MARKS;

const visiblePost = (postId: string, actor: SessionActor): Sql =>
  sql`SELECT post.id FROM ${withAuthor('post')} WHERE post.id = ${postId} AND ${visibleTo(actor.accountId, 'post')}`;

/**
 * Marks a Jes that the person sees, or takes the mark away, and counts it, in one statement: the count changes by what
 * really was written, however many do so at once.
 */
export function setMark(
  db: Db,
  mark: Mark,
  target: { postId: string; actor: Writer<SessionActor>; isSet: boolean; at: Date },
) {
  const { postId, actor, isSet, at } = target;
  const table = sql.raw(MARKS[mark].table);
  const count = sql.raw(MARKS[mark].count);
  const changed = isSet
    ? sql`INSERT INTO ${table} (post_id, account_id, created_at)
        SELECT visible.id, ${actingAccount(actor)}, ${at.toISOString()}::timestamptz
        FROM (${visiblePost(postId, actor)}) visible
        ON CONFLICT DO NOTHING RETURNING post_id`
    : sql`DELETE FROM ${table} WHERE post_id = (${visiblePost(postId, actor)}) AND account_id = ${actingAccount(actor)}
        RETURNING post_id`;
  return db.execute(sql`
    WITH changed AS (${changed})
    UPDATE posts SET ${count} = ${count} ${sql.raw(isSet ? '+ 1' : '- 1')} FROM changed WHERE posts.id = changed.post_id`);
}

/** The mark on a Jes; NULL if the person may not see it or it does not exist. */
export function markAnswer(mark: Mark, target: { postId: string; actor: SessionActor; isSet: boolean }): Sql {
  const { count, is, total } = MARKS[mark];
  return sql`
    SELECT row_to_json(mark)::text FROM (
      SELECT ${target.isSet}::boolean AS ${sql.raw(is)}, post.${sql.raw(count)} AS ${sql.raw(total)}
      FROM ${withAuthor('post')}
      WHERE post.id = ${target.postId} AND ${visibleTo(target.actor.accountId, 'post')}) mark`;
}

/**
 * Locks two accounts in the order of their ids, so that two accounts that follow each other at once cannot deadlock.
 */
export function lockAccounts(db: Db, accountId: string, username: string) {
  return db.execute(sql`
    SELECT id FROM accounts WHERE id IN (${accountId}, (SELECT id FROM accounts WHERE username = ${username}))
    ORDER BY id FOR NO KEY UPDATE`);
}

/** Sets or removes a follow, and changes both counts by the number of rows written. */
export function setFollowing(
  db: Db,
  target: {
    readonly username: string;
    readonly actor: Writer<SessionActor>;
    readonly isSet: boolean;
    readonly at: Date;
  },
) {
  const { username, actor, isSet, at } = target;
  const changed = isSet
    ? sql`INSERT INTO follows (follower_id, followee_id, created_at)
        SELECT ${actingAccount(actor)}, id, ${at.toISOString()}::timestamptz FROM accounts WHERE username = ${username}
        ON CONFLICT DO NOTHING RETURNING follower_id, followee_id`
    : sql`DELETE FROM follows
        WHERE follower_id = ${actingAccount(actor)}
          AND followee_id = (SELECT id FROM accounts WHERE username = ${username})
        RETURNING follower_id, followee_id`;
  const by = sql.raw(isSet ? '1' : '-1');
  const counted = sql`, counted AS (
      INSERT INTO daily_usage (account_id, day, follows) SELECT follower_id, ${dayOf(at.getTime())}::date, 1 FROM changed
      ON CONFLICT (account_id, day) DO UPDATE SET follows = daily_usage.follows + 1
    )`;
  return db.execute(sql`
    WITH changed AS (${changed})${isSet ? counted : sql``}, deltas AS (
      SELECT followee_id AS id, ${by} AS followers, 0 AS following FROM changed
      UNION ALL SELECT follower_id, 0, ${by} FROM changed
    )
    UPDATE accounts SET total_followers = total_followers + followers, total_following = total_following + following
    FROM deltas WHERE accounts.id = deltas.id`);
}

/** NULL for an unknown username. */
export function followAnswer(username: string, isSet: boolean): Sql {
  return sql`
    SELECT row_to_json(follow)::text FROM (
      SELECT username, ${isSet}::boolean AS following, total_followers AS "totalFollowers"
      FROM accounts WHERE username = ${username}) follow`;
}

/** Inserts a JeHub with its creator as the first member. */
export function insertJehub(db: Db, hub: { id: string; name: string; actor: Writer<SessionActor>; at: Date }) {
  const { id, name, actor, at } = hub;
  return [
    db.insert(jehubs).values({ id, name, creatorId: actingAccount(actor), memberCount: 1, createdAt: at }),
    db.insert(jehubMembers).values({ jehubId: id, accountId: actor.accountId, joinedAt: at }),
  ] as const;
}

/** Makes the person a member, once, and counts it. */
export function insertMember(db: Db, id: string, actor: Writer<SessionActor>, at: Date) {
  return db.execute(sql`
    WITH joined AS (
      INSERT INTO jehub_members (jehub_id, account_id, joined_at)
      SELECT id, ${actingAccount(actor)}, ${at.toISOString()}::timestamptz FROM jehubs WHERE id = ${id}
      ON CONFLICT DO NOTHING RETURNING jehub_id
    )
    UPDATE jehubs SET member_count = member_count + 1 FROM joined WHERE jehubs.id = joined.jehub_id`);
}

/** NULL for an unknown JeHub. */
export function jehubAnswer(id: string): Sql {
  return sql`
    SELECT row_to_json(hub)::text FROM (
      SELECT id, name, member_count AS "totalMembers", ${timeJson(sql`created_at`)} AS "createdAt"
      FROM jehubs WHERE id = ${id}) hub`;
}
