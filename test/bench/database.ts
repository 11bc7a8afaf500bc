import { connectSql } from '../../src/ops/migrate.ts';
import type { BenchServices } from './services.ts';

/** SQL that no target is charged for. */
export function adminSql(services: BenchServices) {
  const { DATABASE_URL, NEON_SQL_ENDPOINT } = services.secretsFor('admin');
  return connectSql(DATABASE_URL, NEON_SQL_ENDPOINT);
}

/** Revokes a key in Neon alone; Redis hears of it with the record that it reads next. */
export async function revokeInDatabase(services: BenchServices, hash: string): Promise<void> {
  await adminSql(services).query(
    `UPDATE api_keys SET revoked_at = now(), revoked_reason = 'user' WHERE hash = $1 AND revoked_at IS NULL`,
    [hash],
  );
}

/** The prefix of the names of keys that only fill the table. */
const FILLER = 'filler_';

/**
 * Fills `api_keys` up to a number of rows, in one statement.
 *
 * @param accountIds the fillers' owners
 * @returns the number of rows now, more if there were more before
 */
export async function fillKeys(services: BenchServices, accountIds: readonly string[], total: number): Promise<number> {
  const sql = adminSql(services);
  await sql.query(
    `INSERT INTO api_keys
       (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at)
     SELECT $1 || n, ($2::text[])[1 + n % cardinality($2::text[])], 'Filler',
       encode(sha256(convert_to($1 || n, 'UTF8')), 'hex'), 'jes_live_****', '{}', '{}', 'none', now()
     FROM (SELECT count(*) AS present, count(*) FILTER (WHERE starts_with(id, $1)) AS fillers FROM api_keys) AS had,
       generate_series(had.fillers + 1, had.fillers + $3::bigint - had.present) AS n`,
    [FILLER, accountIds, total],
  );
  await sql.query('ANALYZE api_keys');
  const [row] = await sql.query('SELECT count(*) AS total FROM api_keys');
  return Number(row?.total);
}

/** Takes the fillers out again. */
export async function removeFillers(services: BenchServices): Promise<void> {
  await adminSql(services).query('DELETE FROM api_keys WHERE starts_with(id, $1)', [FILLER]);
}

/** The prefix of the ids of Jes and comments that only fill the tables: older than all others. */
const FILLER_ID = '0'.repeat(15);
/** Jes that the comments are spread over, the oldest there are. */
const COMMENTED = 1_000;

/** Adds comments of its author to a Jes. */
export async function addComments(services: BenchServices, postId: string, count: number): Promise<void> {
  await adminSql(services).query(
    `INSERT INTO comments (id, author_id, post_id, content, created_at)
     SELECT left(post.id, 20) || lpad(n::text, 6, '0'), author_id, post.id, 'A comment of ordinary length, as people write.', now()
     FROM posts post, generate_series(1, $2::bigint) AS n WHERE post.id = $1`,
    [postId, count],
  );
}

/**
 * Fills `posts` and `comments` up to a number of rows each.
 *
 * @returns the number of Jes now, more if there were more before
 */
export async function fillPosts(
  services: BenchServices,
  accountIds: readonly string[],
  total: number,
): Promise<number> {
  const sql = adminSql(services);
  const had = (table: string) => `(
    SELECT count(*) AS present, count(*) FILTER (WHERE starts_with(id, '${FILLER_ID}')) AS fillers FROM ${table}) AS had`;
  const missing = 'generate_series(had.fillers + 1, had.fillers + $2::bigint - had.present) AS n';
  await sql.query(
    `INSERT INTO posts (id, author_id, content, visibility, created_at, updated_at)
     SELECT lpad(n::text, 26, '0'), ($1::text[])[1 + n % cardinality($1::text[])], 'Filler', 'PUBLIC', now(), now()
     FROM ${had('posts')}, ${missing}`,
    [accountIds, total],
  );
  await sql.query(
    `INSERT INTO comments (id, author_id, post_id, content, created_at)
     SELECT lpad(n::text, 26, '0'), ($1::text[])[1 + n % cardinality($1::text[])],
       commented.ids[1 + n % cardinality(commented.ids)], 'Filler', now()
     FROM (SELECT ARRAY(SELECT id FROM posts ORDER BY id LIMIT ${COMMENTED}) AS ids) AS commented, ${had('comments')}, ${missing}`,
    [accountIds, total],
  );
  await sql.query('VACUUM ANALYZE posts');
  await sql.query('VACUUM ANALYZE comments');
  const [row] = await sql.query('SELECT count(*) AS total FROM posts');
  return Number(row?.total);
}

/** Takes those fillers out again. */
export async function removeFillerPosts(services: BenchServices): Promise<void> {
  for (const table of ['comments', 'posts']) {
    await adminSql(services).query(`DELETE FROM ${table} WHERE starts_with(id, $1)`, [FILLER_ID]);
  }
}
