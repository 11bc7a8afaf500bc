import { connectSql } from '../../src/dev/migrate.ts';
import type { BenchServices } from './services.ts';

/** SQL that no target is charged for. */
export function adminSql(services: BenchServices) {
  const { DATABASE_URL, NEON_SQL_ENDPOINT } = services.secretsFor('admin');
  return connectSql(DATABASE_URL, NEON_SQL_ENDPOINT);
}

/** What keys made for the sake of their number are named by. */
const FILLER = 'filler_';

/**
 * Fills `api_keys` up to a number of rows, in one statement.
 *
 * @param accountIds the fillers' owners
 * @returns the number of rows now, more where there were more before
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
