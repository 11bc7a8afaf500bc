import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DB_FUNCTIONS, migratedDefinition } from '../../src/build/db-functions.ts';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { SqlBackend } from '../../src/dev/neon-http/backend.ts';
import { openPglite } from '../../src/dev/neon-http/pglite.ts';
import { openPostgres } from '../../src/dev/neon-http/postgres.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';
import { connectSql, migrate, pendingMigrations, type Sql } from '../../src/ops/migrate.ts';

const { TEST_DATABASE_URL } = process.env;
const backends = [{ name: 'pglite', open: () => openPglite(undefined) }];
if (TEST_DATABASE_URL) backends.push({ name: 'postgres', open: () => openNewDatabase(TEST_DATABASE_URL) });

/** A database of its own on a server that others use, too. */
async function openNewDatabase(url: string): Promise<SqlBackend> {
  const name = `migrate_${randomUUID().replaceAll('-', '')}`;
  const server = openPostgres(url);
  await server.exec(`CREATE DATABASE ${name}`);
  const database = openPostgres(Object.assign(new URL(url), { pathname: `/${name}` }).href);
  return {
    ...database,
    close: async () => {
      await database.close();
      await server.exec(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.close();
    },
  };
}

/** A folder as drizzle-kit writes it. */
async function makeMigrations(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  await mkdir(join(folder, 'meta'));
  const entries = Object.keys(files).map((tag, idx) => ({
    idx,
    version: '7',
    when: 1_000 + idx,
    tag,
    breakpoints: true,
  }));
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }));
  for (const [tag, text] of Object.entries(files)) await writeFile(join(folder, `${tag}.sql`), text);
  return folder;
}

const BREAK = '--> statement-breakpoint\n';

describe.each(backends)('migrations on $name', ({ open }) => {
  let backend: SqlBackend;
  let emulator: Emulator;
  let sql: Sql;
  const folders: string[] = [];
  const migrations = async (files: Record<string, string>) => {
    const folder = await makeMigrations(files);
    folders.push(folder);
    return folder;
  };

  beforeAll(async () => {
    backend = await open();
    emulator = await serveNeonHttp({ backend, password: 'correct', port: 0 });
    sql = connectSql('postgres://app:correct@localhost/app', `${emulator.url}/sql`);
  });

  afterAll(async () => {
    await emulator.close();
    await backend.close();
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  test('are named while they are pending, by a look that changes nothing', async () => {
    const folder = await migrations({ '0000_first': 'SELECT 1;', '0001_second': 'SELECT 1;' });
    expect(await pendingMigrations(sql, folder)).toEqual(['0000_first', '0001_second']);
    expect(await sql`SELECT 1 FROM pg_namespace WHERE nspname = 'drizzle'`).toEqual([]);
  });

  test('are applied once each, however many deployments come at once and however often one could be repeated', async () => {
    const folder = await migrations({
      '0000_counter': `CREATE TABLE IF NOT EXISTS counter (n int);${BREAK}INSERT INTO counter VALUES (0);`,
      '0001_add': 'UPDATE counter SET n = n + 1;',
      '0002_add': 'UPDATE counter SET n = n + 10;',
    });
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(sql, folder)));
    expect(applied.reduce((sum, each) => sum + each)).toBe(3);
    expect(await sql`SELECT n FROM counter`).toEqual([{ n: 11 }]);
    expect(await sql`SELECT count(*)::int AS notes FROM drizzle.__drizzle_migrations`).toEqual([{ notes: 3 }]);
    expect(await pendingMigrations(sql, folder)).toEqual([]);
    expect(await migrate(sql, folder)).toBe(0);
  });

  test('that fail leave no changes, and are still pending', async () => {
    await sql`DROP SCHEMA IF EXISTS drizzle CASCADE`;
    const folder = await migrations({ '0000_half': `CREATE TABLE half (id int);${BREAK}SELECT 1 / 0;` });
    await expect(migrate(sql, folder)).rejects.toMatchObject({ code: '22012' });
    expect(await sql`SELECT to_regclass('half') AS half`).toEqual([{ half: null }]);
    expect(await pendingMigrations(sql, folder)).toEqual(['0000_half']);
  });

  test('of ours make a database from nothing, once', async () => {
    await sql`DROP SCHEMA IF EXISTS drizzle CASCADE`;
    // By then each connection of the server has seen an empty database.
    const [pending] = await Promise.all([0, 1, 2].map(() => pendingMigrations(sql)));
    const applied = await Promise.all([0, 1, 2].map(() => migrate(sql)));
    expect(applied.reduce((sum, each) => sum + each)).toBe(pending?.length);
    expect(await sql`SELECT to_regclass('api_keys') IS NOT NULL AS made`).toEqual([{ made: true }]);
  });

  test('of ours give earlier keys their future warnings and their known networks', async () => {
    await sql.transaction([
      sql`DROP SCHEMA IF EXISTS drizzle CASCADE`,
      sql`DROP SCHEMA public CASCADE`,
      sql`CREATE SCHEMA public`,
    ]);
    const before = await mkdtemp(join(tmpdir(), 'migrations-'));
    folders.push(before);
    await cp(join(import.meta.dirname, '../../migrations'), before, { recursive: true });
    const journalPath = join(before, 'meta/_journal.json');
    const journal = JSON.parse(await readFile(journalPath, 'utf8')) as { entries: { tag: string }[] };
    const at = journal.entries.findIndex(({ tag }) => tag.endsWith('_key_mails'));
    await writeFile(journalPath, JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }));
    await migrate(sql, before);
    await sql`INSERT INTO accounts (id, username, email, display_name, created_at, updated_at)
      VALUES ('a', 'ada', 'ada@example.com', 'Ada', now(), now())`;
    for (const [id, expiresInDays, revoked] of [
      ['long', 300, false],
      ['soon', 5, false],
      ['over', -5, false],
      ['revoked', 300, true],
      ['for ever', null, false],
    ] as const) {
      await sql`INSERT INTO api_keys (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at,
          expires_at, revoked_at, revoked_reason)
        VALUES (${id}, 'a', '', ${id}, '', '{}', '{}', '', now() - interval '20 days', now() + make_interval(days => ${expiresInDays}::int),
          CASE WHEN ${revoked}::boolean THEN now() END, CASE WHEN ${revoked}::boolean THEN 'user' END)`;
    }
    for (const [id, address] of [
      ['1', '192.0.2.1'],
      ['2', '192.0.2.1'],
      ['3', '2001:db8::/64'],
      ['4', null],
    ]) {
      await sql`INSERT INTO audit_log (id, api_key_id, event, address, occasion, at)
        VALUES (${id}, 'long', 'first_use', ${address}, ${id}, now())`;
    }
    await migrate(sql);
    expect(
      await sql`SELECT api_key_id || ' ' || kind AS mail, sent_at IS NOT NULL AS sent, address FROM key_mails
        ORDER BY api_key_id, due_at, address`,
    ).toEqual([
      { mail: 'long new_network', sent: true, address: '192.0.2.1' },
      { mail: 'long new_network', sent: true, address: '2001:db8::/64' },
      { mail: 'long expires_30', sent: false, address: null },
      { mail: 'long expires_7', sent: false, address: null },
      { mail: 'long expires_1', sent: false, address: null },
      { mail: 'long expired', sent: false, address: null },
      { mail: 'soon expires_1', sent: false, address: null },
      { mail: 'soon expired', sent: false, address: null },
    ]);
  });
});

// Releases run side by side, so a function that was migrated stays as it is: a changed query gets the next version.
test.each(DB_FUNCTIONS)('$name is in the migrations as the code declares it (npm run db:functions)', (declared) => {
  expect(migratedDefinition(declared.name)).toBe(declared.definition);
});
