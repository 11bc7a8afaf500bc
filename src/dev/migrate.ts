import { join } from 'node:path';
import { NeonDbError, type NeonQueryFunction, neon, neonConfig } from '@neondatabase/serverless';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import * as z from 'zod';

const FOLDER = join(import.meta.dirname, '../../migrations');

/** Any number, the same for all who migrate: two deployments at once take turns. */
const LOCK = 7_235_742;

type Sql = NeonQueryFunction<false, false>;

/**
 * Brings a database up to date with `migrations/`, forward only, over Neon's HTTP protocol. Each migration and the
 * note that it was applied are one transaction, so none is ever half there. The table is the one drizzle's own
 * migrators keep, which run a migration's statements one by one over HTTP.
 *
 * @returns the number of migrations applied
 */
export async function migrate(sql: Sql): Promise<number> {
  await sql.transaction([
    sql`SELECT pg_advisory_xact_lock(${LOCK})`,
    sql`CREATE SCHEMA IF NOT EXISTS drizzle`,
    sql`CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations
        (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
  ]);
  let applied = 0;
  for (const migration of readMigrationFiles({ migrationsFolder: FOLDER })) {
    if (await isApplied(sql, migration.folderMillis)) continue;
    try {
      await sql.transaction([
        sql`SELECT pg_advisory_xact_lock(${LOCK})`,
        ...migration.sql.map((statement) => sql.query(statement)),
        sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
            VALUES (${migration.hash}, ${migration.folderMillis})`,
      ]);
      applied += 1;
    } catch (error) {
      // Somebody else had the lock before us and has applied it meanwhile.
      if (!(error instanceof NeonDbError) || !(await isApplied(sql, migration.folderMillis))) throw error;
    }
  }
  return applied;
}

async function isApplied(sql: Sql, createdAt: number): Promise<boolean> {
  const rows = await sql`SELECT 1 FROM drizzle.__drizzle_migrations WHERE created_at = ${createdAt}`;
  return rows.length > 0;
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
