import { sql } from 'drizzle-orm';
import { type Db, type Sql, unlessBroken } from '../../data/db.ts';
import { visibleTo, withAuthor } from '../content/index.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { pollJson } from '../posts/index.ts';

export interface Ballot {
  readonly postId: string;
  readonly actor: Writer<SessionActor>;
  /** Different ones. */
  readonly optionIds: readonly string[];
  readonly at: Date;
}

const isVisible = ({ postId, actor }: Ballot): Sql => sql`EXISTS (
  SELECT FROM ${withAuthor('post')} WHERE post.id = ${postId} AND ${visibleTo(actor.accountId, 'post')})`;

const chosen = ({ optionIds }: Ballot): Sql =>
  sql`(${sql.join(
    optionIds.map((id) => sql`${id}`),
    sql`, `,
  )})`;

/**
 * Locks a poll, so that its votes are counted one person after another. Rules, in this order: `options_of_poll`: the
 * options must be its own, and not too many; `poll_open`: it must not be over.
 */
export function lockPoll(db: Db, ballot: Ballot) {
  const { postId, optionIds, at } = ballot;
  const own = sql`(SELECT count(*) FROM poll_options WHERE post_id = ${postId} AND id IN ${chosen(ballot)})`;
  const locked = unlessBroken(sql`post_id`, {
    options_of_poll: sql`NOT ((multiple OR ${optionIds.length} = 1) AND ${optionIds.length} = ${own})`,
    poll_open: sql`ends_at <= ${at.toISOString()}::timestamptz`,
  });
  return db.execute(sql`
    SELECT ${locked} FROM polls WHERE post_id = ${postId} AND ${isVisible(ballot)} FOR NO KEY UPDATE`);
}

/** Removes the person's previous votes that are not in the new ballot. */
export function removeVotes(db: Db, ballot: Ballot) {
  return db.execute(sql`
    WITH gone AS (
      DELETE FROM poll_votes
      WHERE post_id = ${ballot.postId} AND account_id = ${ballot.actor.accountId} AND option_id NOT IN ${chosen(ballot)}
        AND ${isVisible(ballot)}
      RETURNING option_id
    )
    UPDATE poll_options SET vote_count = vote_count - 1 FROM gone WHERE poll_options.id = gone.option_id`);
}

/** Adds the votes that are new in the ballot. */
export function addVotes(db: Db, ballot: Ballot) {
  const { postId, actor, at } = ballot;
  return db.execute(sql`
    WITH added AS (
      INSERT INTO poll_votes (post_id, account_id, option_id, voted_at)
      SELECT ${postId}, ${actingAccount(actor)}, id, ${at.toISOString()}::timestamptz FROM poll_options
      WHERE post_id = ${postId} AND id IN ${chosen(ballot)} AND ${isVisible(ballot)}
      ON CONFLICT DO NOTHING RETURNING option_id
    )
    UPDATE poll_options SET vote_count = vote_count + 1 FROM added WHERE poll_options.id = added.option_id`);
}

/** The poll in its current state; NULL if the person may not see the Jes, or it has no poll. */
export function pollAnswer(ballot: Ballot): Sql {
  return sql`SELECT (${pollJson(sql`${ballot.postId}`)})::text WHERE ${isVisible(ballot)}`;
}
