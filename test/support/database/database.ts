import { and, eq, sql } from 'drizzle-orm';
import type { DailyLimit } from '../../../src/config/limits.ts';
import { runSql } from '../../../src/data/db.ts';
import { dailyUsage } from '../../../src/data/schema/daily-usage.ts';
import { idempotencyKeys } from '../../../src/data/schema/idempotency-keys.ts';
import { jesclips as jesclipsTable } from '../../../src/data/schema/jesclips.ts';
import { outboxEvents } from '../../../src/data/schema/outbox-events.ts';
import { follows, posts as postsTable } from '../../../src/data/schema/posts.ts';
import { sessions } from '../../../src/data/schema/sessions.ts';
import type { Harness } from '../app/harness.ts';

/** Makes one account follow another. */
export function follow(harness: Harness, followerId: string, followeeId: string): Promise<unknown> {
  const createdAt = new Date(harness.now);
  return harness.run((ctx) => runSql(ctx.ports.db.insert(follows).values({ followerId, followeeId, createdAt })));
}

/** Ends a session, as signing out does. */
export function endSession(harness: Harness, { sessionId }: { readonly sessionId: string }): Promise<unknown> {
  return harness.run((ctx) => runSql(ctx.ports.db.delete(sessions).where(eq(sessions.id, sessionId))));
}

export const posts = {
  /** Sets the use of an account's limits today. */
  setToday(
    harness: Harness,
    accountId: string,
    day: string,
    counts: Partial<Record<DailyLimit, number>>,
  ): Promise<unknown> {
    const usage = { accountId, day, ...counts };
    return harness.run((ctx) =>
      runSql(
        ctx.ports.db
          .insert(dailyUsage)
          .values(usage)
          .onConflictDoUpdate({ target: [dailyUsage.accountId, dailyUsage.day], set: usage }),
      ),
    );
  },

  /** The contents of an account's Jes, sorted. */
  async contentsOf(harness: Harness, accountId: string): Promise<string[]> {
    const rows = await harness.run((ctx) =>
      runSql(
        ctx.ports.db.select({ content: postsTable.content }).from(postsTable).where(eq(postsTable.authorId, accountId)),
      ),
    );
    return rows.map(({ content }) => content).sort();
  },
};

export const jesclips = {
  /** The captions of an account's JesClips, sorted. */
  async captionsOf(harness: Harness, accountId: string): Promise<string[]> {
    const { caption } = jesclipsTable;
    const rows = await harness.run((ctx) =>
      runSql(ctx.ports.db.select({ caption }).from(jesclipsTable).where(eq(jesclipsTable.authorId, accountId))),
    );
    return rows.map((row) => row.caption).sort();
  },

  /** The creations that count against an account's daily quota. */
  async creationsToday(harness: Harness, accountId: string, day: string): Promise<number> {
    const isToday = and(eq(dailyUsage.accountId, accountId), eq(dailyUsage.day, day));
    const [row] = await harness.run((ctx) =>
      runSql(ctx.ports.db.select({ creations: dailyUsage.creations }).from(dailyUsage).where(isToday)),
    );
    return row?.creations ?? 0;
  },
};

/** The rows that a statement returns, run without the app. */
export async function rowsOf<T extends Record<string, unknown>>(harness: Harness, statement: string): Promise<T[]> {
  const { rows } = await harness.run(({ ports }) => runSql(ports.db.execute<T>(statement)));
  return rows;
}

export const outbox = {
  /** The events of an account that webhooks must send, in no order. */
  eventsOf(harness: Harness, accountId: string): Promise<{ event: string; data: unknown }[]> {
    return harness.run((ctx) =>
      runSql(
        ctx.ports.db
          .select({ event: outboxEvents.event, data: outboxEvents.data })
          .from(outboxEvents)
          .where(eq(outboxEvents.accountId, accountId)),
      ),
    );
  },
};

export const claims = {
  /** Removes the claims of an account. */
  forget(harness: Harness, accountId: string): Promise<unknown> {
    return harness.run((ctx) =>
      runSql(ctx.ports.db.delete(idempotencyKeys).where(eq(idempotencyKeys.accountId, accountId))),
    );
  },

  /**
   * Makes the claims of an account older. Moving a harness's clock instead would let its sweep remove those of others.
   */
  age(harness: Harness, accountId: string, ms: number): Promise<unknown> {
    const createdAt = sql`${idempotencyKeys.createdAt} - make_interval(secs => ${ms / 1_000})`;
    return harness.run((ctx) =>
      runSql(ctx.ports.db.update(idempotencyKeys).set({ createdAt }).where(eq(idempotencyKeys.accountId, accountId))),
    );
  },
};

export const drift = {
  /** Stored counts of these accounts, their Jes and JesClips and a JeHub that differ from the rows. */
  async of(harness: Harness, accountIds: string[], jehubId: string): Promise<Record<string, unknown>[]> {
    const isTheirs = sql`author_id = ANY (${sql.param(accountIds, postsTable.hashtags)}::text[])`;
    const { rows } = await harness.run((ctx) =>
      runSql(
        ctx.ports.db.execute<Record<string, unknown>>(sql`
          WITH counted AS (
            SELECT 'likes' AS what, id, like_count AS kept, (SELECT count(*) FROM likes WHERE post_id = posts.id) AS real
            FROM posts WHERE ${isTheirs}
            UNION ALL
            SELECT 'saves', id, save_count, (SELECT count(*) FROM saves WHERE post_id = posts.id) FROM posts WHERE ${isTheirs}
            UNION ALL
            SELECT 'comments', id, comment_count, (SELECT count(*) FROM comments WHERE post_id = posts.id)
            FROM posts WHERE ${isTheirs}
            UNION ALL
            SELECT 'bounces', id, bounce_count,
              (SELECT count(*) FROM posts bounce WHERE bounce.bounce_of_id = posts.id AND bounce.deleted_at IS NULL)
            FROM posts WHERE ${isTheirs}
            UNION ALL
            SELECT 'comments of a JesClip', id, comment_count,
              (SELECT count(*) FROM jesclip_comments WHERE jesclip_id = jesclips.id)
            FROM jesclips WHERE ${isTheirs}
            UNION ALL
            SELECT 'votes', poll_options.id, vote_count, (SELECT count(*) FROM poll_votes WHERE option_id = poll_options.id)
            FROM poll_options JOIN posts ON posts.id = post_id WHERE ${isTheirs}
            UNION ALL
            SELECT 'posts', id, total_posts,
              (SELECT count(*) FROM posts WHERE author_id = accounts.id AND deleted_at IS NULL)
            FROM accounts WHERE id = ANY (${sql.param(accountIds, postsTable.hashtags)}::text[])
            UNION ALL
            SELECT 'followers', id, total_followers, (SELECT count(*) FROM follows WHERE followee_id = accounts.id)
            FROM accounts WHERE id = ANY (${sql.param(accountIds, postsTable.hashtags)}::text[])
            UNION ALL
            SELECT 'following', id, total_following, (SELECT count(*) FROM follows WHERE follower_id = accounts.id)
            FROM accounts WHERE id = ANY (${sql.param(accountIds, postsTable.hashtags)}::text[])
            UNION ALL
            SELECT 'members', id, member_count, (SELECT count(*) FROM jehub_members WHERE jehub_id = jehubs.id)
            FROM jehubs WHERE id = ${jehubId}
          )
          SELECT * FROM counted WHERE kept <> real`),
      ),
    );
    return rows;
  },
};
