import { and, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db, Sql, Statement } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { mailedLinks, sessions } from '../../data/schema/sessions.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { emptyDeleted } from '../posts/index.ts';

/** Asks for the deletion of the account that acts. */
export function requestDeletion(db: Db, actor: Writer<SessionActor>, at: Date) {
  return db
    .update(accounts)
    .set({ deletionRequestedAt: at })
    .where(sql`${accounts.id} = ${actingAccount(actor)}`)
    .returning({ id: accounts.id });
}

/** An account whose deletion this very request asked for, in SQL. */
export function departing(accountId: string, at: Date): Sql {
  return sql`(
    SELECT id FROM accounts WHERE id = ${accountId} AND deletion_requested_at = ${at.toISOString()}::timestamptz)`;
}

export function endSessions(db: Db, account: Sql) {
  return db.delete(sessions).where(sql`${sessions.accountId} = ${account}`);
}

export function endLinks(db: Db, account: Sql) {
  return db.delete(mailedLinks).where(sql`${mailedLinks.accountId} = ${account}`);
}

/**
 * Removes the personal data of accounts whose grace period is over, and every way to sign in to them. Their usernames
 * are reserved until they are free again. It waits for a sign-in in progress, which keeps the account.
 */
export function retireAccounts(db: Db, over: Date, at: Date, usernameFreeAfterMs: number, limit: number) {
  return db.execute(sql`
    WITH due AS (
      SELECT id, username, deletion_requested_at FROM accounts
      WHERE deletion_requested_at <= ${over.toISOString()}::timestamptz AND deleted_at IS NULL AND purged_at IS NULL
      ORDER BY deletion_requested_at LIMIT ${limit} FOR UPDATE
    ), kept AS (
      INSERT INTO retired_usernames (username, free_at)
      SELECT username, deletion_requested_at + make_interval(secs => ${usernameFreeAfterMs / 1_000}) FROM due
      ON CONFLICT (username) DO UPDATE SET free_at = excluded.free_at
    ), ended AS (
      DELETE FROM sessions USING due WHERE sessions.account_id = due.id
    ), links AS (
      DELETE FROM mailed_links USING due WHERE mailed_links.account_id = due.id
    ), ways AS (
      DELETE FROM credentials USING due WHERE credentials.account_id = due.id
    )
    UPDATE accounts SET username = 'deleted:' || accounts.id, email = 'deleted:' || accounts.id, display_name = 'Deleted account',
      avatar = NULL, cover_image = NULL, bio = NULL, verified = false, email_verified = false, is_private = true,
      is_creator = false, deleted_at = ${at.toISOString()}::timestamptz, updated_at = ${at.toISOString()}::timestamptz
    FROM due WHERE accounts.id = due.id`);
}

/** Deleted accounts of which rows may be left, the longest waiting first. */
export function selectPurging(db: Db, limit: number) {
  return db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(isNotNull(accounts.deletionRequestedAt), isNotNull(accounts.deletedAt), isNull(accounts.purgedAt)))
    .orderBy(accounts.deletionRequestedAt)
    .limit(limit);
}

/** Our ids contain no comma. */
const anyOf = (ids: string[]): Sql => sql`ANY (string_to_array(${ids.join(',')}, ','))`;

/** The files of JesClips of accounts. */
export function selectClipObjects(db: Db, ids: string[], limit: number) {
  return db.execute<{ object: string }>(sql`
    SELECT object FROM jesclips JOIN media ON media.jesclip_id = jesclips.id
    WHERE jesclips.author_id = ${anyOf(ids)} LIMIT ${limit}`);
}

/**
 * Removes everything of an account except its row: one statement for each kind, a batch each. Counts of other accounts'
 * things change by the number of rows that were removed. A new table with data of accounts needs a line here and one in
 * {@link markPurged}.
 */
export function removals(db: Db, ids: string[], at: Date, limit: number): Statement[] {
  const of = (column: string) => sql`${sql.raw(column)} = ${anyOf(ids)}`;
  const batchOf = (table: string, condition: Sql) =>
    sql`DELETE FROM ${sql.raw(table)} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${sql.raw(table)} WHERE ${condition} LIMIT ${limit}))`;
  const remove = (table: string, column: string) => db.execute(batchOf(table, of(column)));
  const unmark = (table: string, count: string) =>
    db.execute(sql`
      WITH gone AS (${batchOf(table, of('account_id'))} RETURNING post_id),
        lost AS (SELECT post_id, count(*) AS n FROM gone GROUP BY post_id)
      UPDATE posts SET ${sql.raw(count)} = ${sql.raw(count)} - n FROM lost WHERE posts.id = lost.post_id`);
  return [
    unmark('likes', 'like_count'),
    unmark('saves', 'save_count'),
    db.execute(sql`
      WITH gone AS (${batchOf('poll_votes', of('account_id'))} RETURNING option_id),
        lost AS (SELECT option_id, count(*) AS n FROM gone GROUP BY option_id)
      UPDATE poll_options SET vote_count = vote_count - n FROM lost WHERE poll_options.id = lost.option_id`),
    ...removeComments(db, ids, limit, { comments: 'comments', subject: 'posts', key: 'post_id' }),
    ...removeComments(db, ids, limit, { comments: 'jesclip_comments', subject: 'jesclips', key: 'jesclip_id' }),
    db.execute(sql`
      WITH gone AS (
        UPDATE posts SET deleted_at = ${at.toISOString()}::timestamptz, content = '', hashtags = '{}', mention_ids = '{}',
          location = NULL, link_preview_url = NULL, link_preview = NULL
        WHERE id = ANY (ARRAY(
          SELECT id FROM posts WHERE ${of('author_id')} AND deleted_at IS NULL LIMIT ${limit}))
        RETURNING id, bounce_of_id
      ), ${emptyDeleted()}, lost AS (SELECT bounce_of_id, count(*) AS n FROM gone WHERE bounce_of_id IS NOT NULL GROUP BY bounce_of_id)
      UPDATE posts SET bounce_count = bounce_count - n FROM lost WHERE posts.id = lost.bounce_of_id`),
    db.execute(sql`
      DELETE FROM jesclip_comments WHERE id = ANY (ARRAY(
        SELECT comment.id FROM jesclips JOIN jesclip_comments comment ON comment.jesclip_id = jesclips.id
        WHERE jesclips.author_id = ${anyOf(ids)} LIMIT ${limit}))`),
    db.execute(sql`
      DELETE FROM jesclips WHERE id = ANY (ARRAY(
        SELECT id FROM jesclips WHERE ${of('author_id')}
          AND NOT EXISTS (SELECT FROM media WHERE media.jesclip_id = jesclips.id)
          AND NOT EXISTS (SELECT FROM jesclip_comments WHERE jesclip_comments.jesclip_id = jesclips.id)
        LIMIT ${limit}))`),
    unfollow(db, batchOf('follows', of('follower_id'))),
    unfollow(db, batchOf('follows', of('followee_id'))),
    db.execute(sql`
      WITH gone AS (${batchOf('jehub_members', of('account_id'))} RETURNING jehub_id),
        lost AS (SELECT jehub_id, count(*) AS n FROM gone GROUP BY jehub_id)
      UPDATE jehubs SET member_count = member_count - n FROM lost WHERE jehubs.id = lost.jehub_id`),
    remove('idempotency_keys', 'account_id'),
    remove('daily_usage', 'account_id'),
    remove('outbox_events', 'account_id'),
    // Their deliveries went with the events.
    db.execute(sql`
      DELETE FROM webhook_endpoints WHERE id = ANY (ARRAY(
        SELECT endpoint.id FROM api_keys JOIN webhook_endpoints endpoint ON endpoint.api_key_id = api_keys.id
        WHERE api_keys.account_id = ${anyOf(ids)}
          AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE webhook_deliveries.endpoint_id = endpoint.id)
        LIMIT ${limit}))`),
    // Sessions that begin in these very moments.
    remove('sessions', 'account_id'),
    db.execute(sql`
      DELETE FROM audit_log WHERE id = ANY (ARRAY(
        SELECT audit_log.id FROM api_keys JOIN audit_log ON audit_log.api_key_id = api_keys.id
        WHERE api_keys.account_id = ${anyOf(ids)} LIMIT ${limit}))`),
    db.execute(sql`
      DELETE FROM key_mails WHERE ctid = ANY (ARRAY(
        SELECT key_mails.ctid FROM api_keys JOIN key_mails ON key_mails.api_key_id = api_keys.id
        WHERE api_keys.account_id = ${anyOf(ids)} LIMIT ${limit}))`),
    db.execute(sql`
      DELETE FROM key_failures WHERE id = ANY (ARRAY(
        SELECT key_failures.id FROM api_keys JOIN key_failures ON key_failures.api_key_id = api_keys.id
        WHERE api_keys.account_id = ${anyOf(ids)} LIMIT ${limit}))`),
    // A key that is found later is still one that was revoked.
    db.execute(sql`
      UPDATE api_keys SET label = '', ip_allowlist = '{}', last_used_ip = NULL, leak_url = NULL, leak_mail_due = false
      WHERE ${of('account_id')} AND (label <> '' OR last_used_ip IS NOT NULL)`),
  ];
}

/** Comments of accounts, and first the replies to them, which are deleted with them. */
function removeComments(
  db: Db,
  ids: string[],
  limit: number,
  of: { readonly comments: string; readonly subject: string; readonly key: string },
): Statement[] {
  const [comments, subject, key] = [sql.raw(of.comments), sql.raw(of.subject), sql.raw(of.key)];
  const remove = (chosen: Sql) =>
    db.execute(sql`
      WITH gone AS (DELETE FROM ${comments} WHERE id = ANY (ARRAY(${chosen} LIMIT ${limit})) RETURNING ${key} AS subject_id),
        lost AS (SELECT subject_id, count(*) AS n FROM gone GROUP BY subject_id)
      UPDATE ${subject} SET comment_count = comment_count - n FROM lost WHERE ${subject}.id = lost.subject_id`);
  return [
    remove(sql`
      SELECT reply.id FROM ${comments} top JOIN ${comments} reply ON reply.parent_id = top.id
      WHERE top.author_id = ${anyOf(ids)}`),
    remove(sql`
      SELECT top.id FROM ${comments} top WHERE top.author_id = ${anyOf(ids)}
        AND NOT EXISTS (SELECT FROM ${comments} reply WHERE reply.parent_id = top.id)`),
  ];
}

/** Counts, on both sides, the follows that a statement removes. */
function unfollow(db: Db, removed: Sql): Statement {
  return db.execute(sql`
    WITH gone AS (${removed} RETURNING follower_id, followee_id), deltas AS (
      SELECT id, sum(followers) AS followers, sum(following) AS following FROM (
        SELECT followee_id AS id, 1 AS followers, 0 AS following FROM gone
        UNION ALL SELECT follower_id, 0, 1 FROM gone
      ) each GROUP BY id
    )
    UPDATE accounts SET total_followers = total_followers - followers, total_following = total_following - following
    FROM deltas WHERE accounts.id = deltas.id`);
}

/** Notes the end of the purge for accounts without any rows left. */
export function markPurged(db: Db, ids: string[], at: Date) {
  const kinds: readonly (readonly [string, string])[] = [
    ['likes', 'account_id'],
    ['saves', 'account_id'],
    ['poll_votes', 'account_id'],
    ['comments', 'author_id'],
    ['jesclip_comments', 'author_id'],
    ['posts', 'author_id'],
    ['jesclips', 'author_id'],
    ['follows', 'follower_id'],
    ['follows', 'followee_id'],
    ['jehub_members', 'account_id'],
    ['idempotency_keys', 'account_id'],
    ['daily_usage', 'account_id'],
    ['outbox_events', 'account_id'],
    ['sessions', 'account_id'],
  ];
  const isBare = kinds.map(
    ([table, column]) =>
      sql`NOT EXISTS (SELECT FROM ${sql.raw(table)} WHERE ${sql.raw(`${table}.${column}`)} = accounts.id)`,
  );
  return db.execute(sql`
    UPDATE accounts SET purged_at = ${at.toISOString()}::timestamptz, total_posts = 0
    WHERE id = ${anyOf(ids)} AND ${sql.join(isBare, sql` AND `)}
      AND NOT EXISTS (
        SELECT FROM api_keys JOIN audit_log ON audit_log.api_key_id = api_keys.id WHERE api_keys.account_id = accounts.id)
      AND NOT EXISTS (
        SELECT FROM api_keys JOIN key_mails ON key_mails.api_key_id = api_keys.id WHERE api_keys.account_id = accounts.id)
      AND NOT EXISTS (
        SELECT FROM api_keys JOIN key_failures ON key_failures.api_key_id = api_keys.id
        WHERE api_keys.account_id = accounts.id)
      AND NOT EXISTS (
        SELECT FROM api_keys JOIN webhook_endpoints ON webhook_endpoints.api_key_id = api_keys.id
        WHERE api_keys.account_id = accounts.id)`);
}
