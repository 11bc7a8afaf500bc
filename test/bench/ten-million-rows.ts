import { Client } from 'pg';

/** Rows of a filled database, beside the hot ones, which every size has alike. */
export interface Size {
  /** With an API key each; at least as many as {@link HOT}. */
  readonly accounts: number;
  readonly posts: number;
  /** And as many likes. */
  readonly comments: number;
}

/** Followers of the hot author, comments and likes of the hot Jes, members of the hot JeHub. */
export const HOT = 1_000;

const idOf = (nth: number) => String(nth).padStart(26, '0');
const ID = `lpad(n::text, 26, '0')`;

/** The names of what every filled database has. */
export function filled({ accounts, posts }: Size) {
  const step = accounts / HOT;
  return {
    /** An account for each nth from 0 on; the first is the hot author. */
    accountId: idOf,
    /** The accounts that follow the hot author, from all over the table. */
    followers: Array.from({ length: HOT }, (_, i) => 1 + i * step),
    /** The nth Jes of an account, from 0 on, where it has so many. */
    postOf: (account: number, nth: number) => idOf(account + nth * accounts),
    anyPost: () => idOf(1 + Math.floor(Math.random() * posts)),
    hotPost: idOf(posts + 1),
    followersPost: idOf(posts + 2),
    jehubPost: idOf(posts + 3),
    jehub: idOf(1),
  };
}

/**
 * Makes a database beside the one that the URL names, if it is not there yet.
 *
 * @param options.anew drops the one that is there
 * @returns its URL
 */
export async function databaseBeside(
  url: string,
  suffix: string,
  options: { readonly anew: boolean },
): Promise<string> {
  const beside = new URL(url);
  beside.pathname += `_${suffix}`;
  const name = beside.pathname.slice(1);
  await withClient(url, async (client) => {
    const quoted = client.escapeIdentifier(name);
    if (options.anew) await client.query(`DROP DATABASE IF EXISTS ${quoted}`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${quoted}`);
  });
  return beside.href;
}

/**
 * Fills a migrated database, unless that was done before. Its secondary indexes are made anew over all rows.
 *
 * @throws Error where it was filled in part
 */
export async function fillDatabase(url: string, size: Size): Promise<void> {
  const hot = filled(size);
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ some: boolean; all: boolean }>(
      'SELECT EXISTS (SELECT FROM accounts) AS some, EXISTS (SELECT FROM posts WHERE id = $1) AS all',
      [hot.jehubPost],
    );
    if (rows[0]?.all) return;
    if (rows[0]?.some) throw new Error(`${new URL(url).pathname.slice(1)} is filled in part: drop it`);
    // The rows are right by construction: nothing is gained by 30 million look-ups of foreign keys. Needs a superuser.
    await client.query(`SET session_replication_role = replica`);
    const indexes = await dropIndexes(client);
    for (const statement of inserts(size)) await client.query(statement);
    for (const statement of indexes) await client.query(statement);
    for (const statement of hotInserts(size)) await client.query(statement);
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
  });
}

/**
 * Reads a database into Postgres's memory, as far as there is room. What is measured over it is then the number of pages
 * that a statement touches, and not the luck of finding them there.
 *
 * @returns the sizes of both, for the report
 */
export async function warmDatabase(url: string): Promise<{ readonly database: string; readonly memory: string }> {
  return await withClient(url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_prewarm');
    await client.query(
      `SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relnamespace = 'public'::regnamespace`,
    );
    const { rows } = await client.query<{ database: string; memory: string }>(
      `SELECT pg_size_pretty(pg_database_size(current_database())) AS database,
         current_setting('shared_buffers') AS memory`,
    );
    const [sizes] = rows;
    if (!sizes) throw new Error('a SELECT without FROM has a row');
    return sizes;
  });
}

const TABLES = ['accounts', 'api_keys', 'posts', 'comments', 'likes', 'follows', 'outbox_events'];

/** Drops the indexes of those tables except for primary keys. @returns statements that make them again */
async function dropIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ drop: string; create: string }>(
    `SELECT
       CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
         ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END AS drop,
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
         ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
         END AS create
     FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
     WHERE i.indrelid = ANY ($1::text[]::regclass[]) AND NOT i.indisprimary`,
    [TABLES],
  );
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ create }) => create);
}

/** The tables in their order; `n` counts from 1. */
function inserts({ accounts, posts, comments }: Size): string[] {
  /** Spreads numbers from 1 on over the rows of a table, so that neighbours are far from each other. */
  const spread = (factor: number, rows: number) => `lpad((1 + n * ${factor}::bigint % ${rows})::text, 26, '0')`;
  const account = `lpad((1 + (n - 1) % ${accounts})::text, 26, '0')`;
  const ago = (rows: number) => `now() - interval '2 years' * (1 - n / ${rows}.0)`;
  return [
    `INSERT INTO accounts (id, username, email, display_name, bio, email_verified, total_posts, total_followers,
       total_following, event_sequence, created_at, updated_at)
     SELECT ${ID}, 'filler_' || n, 'filler_' || n || '@example.com', 'Filler ' || n, 'Counted, not real.', true,
       ${posts / accounts}, 1, 1, 1, ${ago(accounts)}, now()
     FROM generate_series(0, ${accounts}) AS n`,
    `INSERT INTO api_keys (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at)
     SELECT ${ID}, ${ID}, 'Filler', encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), 'jes_live_****', '{write:jes}',
       '{}', 'none', ${ago(accounts)}
     FROM generate_series(1, ${accounts}) AS n`,
    `INSERT INTO posts (id, author_id, content, visibility, api_key_id, created_at, updated_at)
     SELECT ${ID}, ${account}, 'A Jes of ordinary length, as people write them: two lines or so. ' || n, 'PUBLIC', ${account},
       ${ago(posts)}, now()
     FROM generate_series(1, ${posts}) AS n`,
    `INSERT INTO comments (id, author_id, post_id, content, created_at)
     SELECT ${ID}, ${account}, ${spread(7_919, posts)}, 'A comment of ordinary length, as people write.', ${ago(comments)}
     FROM generate_series(1, ${comments}) AS n`,
    `INSERT INTO likes (post_id, account_id, created_at)
     SELECT lpad((n * ${posts / comments})::text, 26, '0'), ${spread(7_919, accounts)}, ${ago(comments)}
     FROM generate_series(1, ${comments}) AS n`,
    `INSERT INTO follows (follower_id, followee_id, created_at)
     SELECT ${ID}, lpad((1 + n % ${accounts})::text, 26, '0'), ${ago(accounts)}
     FROM generate_series(1, ${accounts}) AS n`,
    `INSERT INTO outbox_events (id, event, account_id, sequence, data, created_at)
     SELECT 'evt_' || ${ID}, 'jes.created', ${ID}, 1,
       json_build_object('id', ${ID}, 'content', 'A Jes of ordinary length, as people write them.'), now()
     FROM generate_series(1, ${accounts}) AS n`,
  ];
}

/** The hot author with followers, a Jes, a Jes for followers and a JeHub with members and a Jes. */
function hotInserts(size: Size): string[] {
  const { accountId, followers, hotPost, followersPost, jehubPost, jehub } = filled(size);
  const author = accountId(0);
  const followerIds = `unnest(ARRAY['${followers.map(accountId).join("','")}']) WITH ORDINALITY AS follower(id, n)`;
  return [
    `UPDATE accounts SET total_followers = ${HOT}, total_posts = 3 WHERE id = '${author}'`,
    `INSERT INTO follows SELECT id, '${author}', now() FROM ${followerIds}`,
    `INSERT INTO jehubs (id, name, creator_id, member_count, created_at) VALUES ('${jehub}', 'Hot', '${author}', ${HOT}, now())`,
    `INSERT INTO jehub_members SELECT '${jehub}', id, now() FROM ${followerIds}`,
    `INSERT INTO posts (id, author_id, content, visibility, jehub_id, like_count, comment_count, created_at, updated_at)
     VALUES ('${hotPost}', '${author}', 'A hot Jes.', 'PUBLIC', NULL, ${HOT}, ${HOT}, now(), now()),
       ('${followersPost}', '${author}', 'For followers.', 'FOLLOWERS', NULL, 0, 0, now(), now()),
       ('${jehubPost}', '${author}', 'For members.', 'PUBLIC', '${jehub}', 0, 0, now(), now())`,
    `INSERT INTO likes SELECT '${hotPost}', id, now() FROM ${followerIds}`,
    `INSERT INTO comments (id, author_id, post_id, content, created_at)
     SELECT lpad((${size.comments} + n)::text, 26, '0'), id, '${hotPost}', 'A comment of ordinary length, as people write.',
       now()
     FROM ${followerIds}`,
  ];
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
