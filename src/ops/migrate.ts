import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NeonDbError, type NeonQueryFunction, neon, neonConfig } from '@neondatabase/serverless';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import * as z from 'zod';

const FOLDER = join(import.meta.dirname, '../../migrations');

/** Any number, the same for all migrations: two deployments at once take turns. */
const LOCK = 7_235_742;

/**
 * The longest that a statement may wait for a table. A waiting statement makes all later ones wait too, so a migration
 * that meets a long transaction gives up, with nothing done, and is run again.
 */
const LOCK_TIMEOUT = '5s';

const UNIQUE_VIOLATION = '23505';

export type Sql = NeonQueryFunction<false, false>;

/**
 * Brings a database up to date with `migrations/`, forward only, over Neon's HTTP protocol. Each migration and the note
 * that it was applied are one transaction, so none is ever half applied. The table is the one drizzle's own migrators
 * keep, which run a migration's statements one by one over HTTP.
 *
 * A request is a transaction of its own, so a lock lives no longer than one: another deployment that had it before us
 * may have applied the same migration. That is why the note comes first, under a unique index: the second to write it
 * does nothing else.
 *
 * @returns the number of migrations applied
 */
export async function migrate(sql: Sql, folder = FOLDER): Promise<number> {
  await sql.transaction([
    sql`SELECT pg_advisory_xact_lock(${LOCK})`,
    // Postgres sees the commits of others when it locks a table, and CREATE SCHEMA locks none. Without this lock it
    // would not see a schema made while we waited.
    sql`SELECT FROM pg_namespace LIMIT 1`,
    sql`CREATE SCHEMA IF NOT EXISTS drizzle`,
    sql`CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations
        (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
    sql`CREATE UNIQUE INDEX IF NOT EXISTS __drizzle_migrations_once ON drizzle.__drizzle_migrations (created_at)`,
  ]);
  const done = await appliedMigrations(sql);
  let applied = 0;
  for (const migration of readMigrationFiles({ migrationsFolder: folder })) {
    if (!done.has(migration.folderMillis) && (await apply(sql, migration))) applied += 1;
  }
  return applied;
}

/** True if this call applied it. */
async function apply(sql: Sql, migration: MigrationMeta): Promise<boolean> {
  try {
    await sql.transaction([
      sql`SELECT pg_advisory_xact_lock(${LOCK})`,
      sql`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`,
      sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
          VALUES (${migration.hash}, ${migration.folderMillis})`,
      ...migration.sql.map((statement) => sql.query(statement)),
    ]);
    return true;
  } catch (error) {
    const isNoted = error instanceof NeonDbError && error.constraint === '__drizzle_migrations_once';
    if (isNoted && error.code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** Names of the migrations that a database has not seen, in their order. Changes nothing. */
export async function pendingMigrations(sql: Sql, folder = FOLDER): Promise<string[]> {
  const [row] = await sql`SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS "isThere"`;
  const done = row?.isThere === true ? await appliedMigrations(sql) : new Set<number>();
  const journal = journalSchema.parse(JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')));
  return journal.entries.filter(({ when }) => !done.has(when)).map(({ tag }) => tag);
}

const journalSchema = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })) });

async function appliedMigrations(sql: Sql): Promise<Set<number>> {
  const rows = await sql`SELECT created_at FROM drizzle.__drizzle_migrations`;
  return new Set(rows.map((row) => Number(row.created_at)));
}

/** A client for scripts that run in Node. */
export function connectSql(databaseUrl: string, endpoint: string | undefined): Sql {
  if (endpoint) neonConfig.fetchEndpoint = endpoint;
  return neon(databaseUrl);
}

if (import.meta.main) {
  const env = z
    .object({ DATABASE_URL: z.string({ error: 'DATABASE_URL is not set' }), NEON_SQL_ENDPOINT: z.string().optional() })
    .parse(process.env);
  const applied = await migrate(connectSql(env.DATABASE_URL, env.NEON_SQL_ENDPOINT));
  console.log(applied === 0 ? 'The database is up to date.' : `Applied ${applied} migration(s).`);
}
