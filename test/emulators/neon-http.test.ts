import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { DrizzleQueryError, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import * as pg from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { SqlBackend } from '../../src/dev/neon-http/backend.ts';
import { openPglite } from '../../src/dev/neon-http/pglite.ts';
import { openPostgres } from '../../src/dev/neon-http/postgres.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';

const PASSWORD = 'correct';

const folder = await mkdtemp(join(tmpdir(), 'pglite-'));
const dataDir = join(folder, 'made', 'when', 'absent');

const backends = [{ name: 'pglite', open: () => openPglite(dataDir) }];
const { TEST_DATABASE_URL } = process.env;
if (TEST_DATABASE_URL) backends.push({ name: 'postgres', open: async () => openPostgres(TEST_DATABASE_URL) });

// One server may serve many runs: each has a schema of its own.
const SCHEMA = `neon_http_${randomUUID().replaceAll('-', '')}`;
const { table } = pg.pgSchema(SCHEMA);
const values = table('values', {
  id: pg.integer().primaryKey(),
  big: pg.bigint({ mode: 'bigint' }),
  exact: pg.numeric(),
  flag: pg.boolean(),
  name: pg.text(),
  at: pg.timestamp({ withTimezone: true }),
  data: pg.jsonb(),
  tags: pg.text().array(),
});
const rows = table('rows', { id: pg.integer().notNull().unique('rows_id_once'), note: pg.text() });

const endpoints = new Map<string, string>();
neonConfig.fetchEndpoint = (host) => `${endpoints.get(host)}/sql`;

afterAll(() => rm(folder, { recursive: true }));

describe.each(backends)('Neon over HTTP on $name', ({ name, open }) => {
  let backend: SqlBackend;
  let emulator: Emulator;
  const sql = neon(`postgresql://app:${PASSWORD}@${name}/app`);
  const db = drizzle(sql);

  beforeAll(async () => {
    backend = await open();
    await backend.exec(`
      CREATE SCHEMA ${SCHEMA};
      CREATE TABLE ${SCHEMA}.values (
        id int PRIMARY KEY, big bigint, exact numeric, flag bool, name text, at timestamptz, data jsonb, tags text[]
      );
      CREATE TABLE ${SCHEMA}.rows (id int NOT NULL CONSTRAINT rows_id_once UNIQUE DEFERRABLE, note text);
    `);
    emulator = await serveNeonHttp({ backend, password: PASSWORD, port: 0 });
    endpoints.set(name, emulator.url);
  });

  afterAll(async () => {
    await emulator.close();
    await backend.exec(`DROP SCHEMA ${SCHEMA} CASCADE`);
    await backend.close();
  });

  describe('values', () => {
    it.each([
      ['bool', 'true', 't'],
      ['int8', '9007199254740993'],
      ['numeric', '12345678901234567890.123400'],
      ['float8', '1e300', '1e+300'],
      ['float8', 'NaN'],
      ['text', ''],
      ['text', 'naïve "quoted" \\ 🦉\n\t'],
      ['timestamptz', '2026-01-01T02:00:00.5+02:00', '2026-01-01 00:00:00.5+00'],
      ['timestamp', '2026-01-01T00:00:00', '2026-01-01 00:00:00'],
      ['date', '2026-01-31'],
      ['interval', '1 day 2 hours', '1 day 02:00:00'],
      ['bytea', '\\xdeadbeef00'],
      ['json', '{"a": [1,null],"a":2}'],
      ['jsonb', '{"b":1,"a":[true,null]}', '{"a": [true, null], "b": 1}'],
      ['uuid', '9F1B6C1A-0000-4000-8000-000000000000', '9f1b6c1a-0000-4000-8000-000000000000'],
      ['int4[]', '{1,null, 3}', '{1,NULL,3}'],
      ['text[]', '{"a b","c\\"d",NULL,"NULL",""}'],
      ['timestamptz[]', '{2026-01-01T00:00:00Z}', '{"2026-01-01 00:00:00+00"}'],
      ['inet', '2001:DB8::1', '2001:db8::1'],
    ])('%s %s', async (type, given, expected = given) => {
      const types = { getTypeParser: () => (text: string) => text };
      const answer = await sql.query(`SELECT $1::${type}`, [given], { arrayMode: true, types });
      expect(answer).toEqual([[expected]]);
    });

    it('are of the time zone of Neon', async () => {
      expect(await sql`SELECT current_setting('TimeZone') AS zone`).toEqual([{ zone: 'GMT' }]);
    });

    it('come back through the client as they were given', async () => {
      const row = {
        id: 1,
        big: 9_007_199_254_740_993n,
        exact: '0.10',
        flag: false,
        name: "O'Neil; --",
        at: new Date('2026-01-01T00:00:00.123Z'),
        data: { nested: [1, 'two', null, { three: true }] },
        tags: ['a', 'b,c', 'd"e', '{f}', ''],
      };
      const nothing = Object.fromEntries(Object.keys(row).map((column) => [column, null]));
      const returned = await db
        .insert(values)
        .values([row, { id: 2 }])
        .returning();
      expect(returned).toEqual([row, { ...nothing, id: 2 }]);
      expect(await db.select().from(values).where(eq(values.tags, row.tags))).toEqual([row]);
    });

    it('come back from each statement of a batch', async () => {
      const [inserted, selected] = await db.batch([
        db.insert(rows).values({ id: 300, note: 'new' }).returning(),
        db.select({ note: rows.note }).from(rows).where(eq(rows.id, 300)),
      ]);
      expect(inserted).toEqual([{ id: 300, note: 'new' }]);
      expect(selected).toEqual([{ note: 'new' }]);
      expect(await sql.transaction([])).toEqual([]);
    });

    it('describe their columns', async () => {
      const query = `SELECT 1::int8 AS one, note FROM ${SCHEMA}.rows LIMIT 0`;
      const answer = await sql.query(query, [], { fullResults: true });
      const text = { dataTypeModifier: -1, format: 'text' };
      expect(answer).toMatchObject({ command: 'SELECT', rowCount: 0, rows: [] });
      expect(answer.fields).toEqual([
        { name: 'one', dataTypeID: 20, tableID: 0, columnID: 0, dataTypeSize: 8, ...text },
        { name: 'note', dataTypeID: 25, tableID: expect.any(Number), columnID: 2, dataTypeSize: -1, ...text },
      ]);
      expect(answer.fields[1]?.tableID).toBeGreaterThan(0);
    });

    it('come with their command and count', async () => {
      const script = [
        ['', '', null],
        [`CREATE TABLE ${SCHEMA}.counted (id int)`, 'CREATE', null],
        [`INSERT INTO ${SCHEMA}.counted VALUES (1), (2), (3)`, 'INSERT', 3],
        [`UPDATE ${SCHEMA}.counted SET id = 4 WHERE id = 3`, 'UPDATE', 1],
        [`SELECT id FROM ${SCHEMA}.counted`, 'SELECT', 3],
        [`DELETE FROM ${SCHEMA}.counted WHERE id < 3 RETURNING id`, 'DELETE', 2],
        ['SET LOCAL search_path TO public', 'SET', null],
      ] as const;
      const queries = script.map(([query]) => sql.query(query));
      const results = await sql.transaction(queries, { fullResults: true });
      expect(results.map(({ command, rowCount }) => [command, rowCount])).toEqual(script.map(([, ...rest]) => rest));
    });
  });

  describe('errors', () => {
    it('of a single statement have their fields', async () => {
      const insert = db.insert(rows).values({ id: 200 });
      await insert;
      const error = await insert.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DrizzleQueryError);
      expect(error).toHaveProperty(
        'cause',
        expect.objectContaining({
          name: 'NeonDbError',
          message: 'duplicate key value violates unique constraint "rows_id_once"',
          severity: 'ERROR',
          code: '23505',
          detail: 'Key (id)=(200) already exists.',
          hint: undefined,
          schema: SCHEMA,
          table: 'rows',
          constraint: 'rows_id_once',
        }),
      );
    });

    it('of a batch are bare and roll everything back', async () => {
      const failure = db.batch([
        db.insert(rows).values({ id: 210 }),
        db.insert(rows).values({ id: 210 }),
        db.insert(rows).values({ id: 211 }),
      ]);
      await expect(failure).rejects.toSatisfy((error) => error instanceof NeonDbError && error.code === '23505');
      expect(await sql.query(`SELECT id FROM ${SCHEMA}.rows WHERE id IN (210, 211)`)).toEqual([]);
    });

    it('at COMMIT are the answer of the batch', async () => {
      const failure = sql.transaction([
        sql`SET CONSTRAINTS ALL DEFERRED`,
        sql.query(`INSERT INTO ${SCHEMA}.rows VALUES (220), (220)`),
      ]);
      await expect(failure).rejects.toMatchObject({ code: '23505', constraint: 'rows_id_once' });
      expect(await sql.query(`SELECT id FROM ${SCHEMA}.rows WHERE id = 220`)).toEqual([]);
    });

    it.each([
      [
        'SELECT 1; SELECT 2',
        [],
        { code: '42601', message: expect.stringContaining('cannot insert multiple commands') },
      ],
      ['SELECT nothing', [], { code: '42703', position: '8' }],
      ['SELECT $1::int', ['x'], { code: '22P02', severity: 'ERROR' }],
      ['SELECT $1::int', [], { code: '08P01' }],
      ['SELECT $1::text', ['a\0b'], { code: '22021' }],
      ['SELECT 1 -- \0', [], { code: '', message: expect.stringContaining('NUL') }],
    ])('%j with %j', async (query, params, error) => {
      await expect(sql.query(query, params)).rejects.toMatchObject(error);
      expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    });

    it.runIf(name === 'pglite')('of a COPY without data spare the process', async () => {
      await expect(sql.query(`COPY ${SCHEMA}.rows FROM STDIN`)).rejects.toMatchObject({ code: '57014' });
      expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    });

    it.runIf(name === 'postgres')('of a connection that ended spare the next request', async () => {
      await expect(sql`SELECT pg_terminate_backend(pg_backend_pid())`).rejects.toMatchObject({ code: '57P01' });
      const between = backend.transaction({}, async (run) => {
        const { rows: pid } = await run({ query: 'SELECT pg_backend_pid()', params: [] });
        // Answers once the other process is gone.
        await backend.query({ query: 'SELECT pg_terminate_backend($1, 5000)', params: pid[0] ?? [] });
        await setImmediate();
        await run({ query: 'SELECT 1', params: [] });
      });
      await expect(between).rejects.toThrow();
      expect(await Promise.all([sql`SELECT 1 AS one`, sql`SELECT 1 AS one`])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
    });
  });
});

it('PGlite keeps what was written in its folder', async () => {
  const before = await openPglite(dataDir);
  await before.exec('CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
  const failure = before.exec('INSERT INTO kept VALUES (2); SELECT 1 / 0');
  await expect(failure).rejects.toMatchObject({ message: 'division by zero', fields: { code: '22012' } });
  await before.close();
  const after = await openPglite(dataDir);
  expect(await after.query({ query: 'SELECT id FROM kept', params: [] })).toMatchObject({ rows: [['1']] });
  await after.close();
});
