import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultInput, faultSchema } from '../../src/dev/emulator/faults.ts';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { SqlBackend, Statement } from '../../src/dev/neon-http/backend.ts';
import { openPglite } from '../../src/dev/neon-http/pglite.ts';
import { openPostgres } from '../../src/dev/neon-http/postgres.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';

const PASSWORD = 'correct';
const SCHEMA = `neon_http_${randomUUID().replaceAll('-', '')}`;

const backends = [{ name: 'pglite', open: () => openPglite(undefined) }];
const { TEST_DATABASE_URL } = process.env;
if (TEST_DATABASE_URL) backends.push({ name: 'postgres', open: async () => openPostgres(TEST_DATABASE_URL) });

const endpoints = new Map<string, string>();
neonConfig.fetchEndpoint = (host) => `${endpoints.get(host)}/sql`;

describe.each(backends)('Neon over HTTP on $name', ({ name, open }) => {
  let backend: SqlBackend;
  let emulator: Emulator;

  beforeAll(async () => {
    backend = await open();
    await backend.exec(`CREATE SCHEMA ${SCHEMA}; CREATE TABLE ${SCHEMA}.rows (scope text, id int, UNIQUE (scope, id))`);
    emulator = await serveNeonHttp({ backend, password: PASSWORD, port: 0 });
    endpoints.set(name, emulator.url);
  });

  afterAll(async () => {
    await emulator.close();
    await backend.exec(`DROP SCHEMA ${SCHEMA} CASCADE`);
    await backend.close();
  });

  /** A client in a scope of its own, the scope, and the rows that it has written. */
  function newClient(host = name, served = emulator) {
    const scopeName = randomUUID();
    const sql = neon(`postgresql://app:${PASSWORD}.${scopeName}@${host}/app`);
    const observer = neon(`postgresql://app:${PASSWORD}@${name}/app`);
    const scope = served.scopes.get(scopeName);
    return {
      scopeName,
      sql,
      scope,
      arm: (fault: FaultInput) => scope.setFaults([faultSchema.parse(fault)]),
      insert: (id: number, signal?: AbortSignal) =>
        sql.query(`INSERT INTO ${SCHEMA}.rows VALUES ($1, $2) RETURNING id`, [scopeName, id], {
          fetchOptions: signal ? { signal } : {},
        }),
      written: async () => {
        const rows = await observer.query(`SELECT id FROM ${SCHEMA}.rows WHERE scope = $1 ORDER BY id`, [scopeName]);
        return rows.map(({ id }) => id);
      },
    };
  }

  describe('batches', () => {
    it.each([
      [{}, 'transaction_isolation', 'read committed'],
      [{ isolationLevel: 'ReadUncommitted' }, 'transaction_isolation', 'read uncommitted'],
      [{ isolationLevel: 'ReadCommitted' }, 'transaction_isolation', 'read committed'],
      [{ isolationLevel: 'RepeatableRead' }, 'transaction_isolation', 'repeatable read'],
      [{ isolationLevel: 'Serializable' }, 'transaction_isolation', 'serializable'],
      [{ isolationLevel: 'Serializable', readOnly: true, deferrable: true }, 'transaction_deferrable', 'on'],
    ] as const)('with %j have %s %s', async (options, setting, expected) => {
      const { sql } = newClient();
      const [rows] = await sql.transaction([sql`SELECT current_setting(${setting}) AS is`], options);
      expect(rows).toEqual([{ is: expected }]);
    });

    it('are read only', async () => {
      const { sql, insert } = newClient();
      await expect(sql.transaction([insert(1)], { readOnly: true })).rejects.toMatchObject({ code: '25006' });
    });

    it('are seen by others whole or not at all', async () => {
      const { sql, insert, written } = newClient();
      const requests = Array.from({ length: 20 }, (_, index) => [
        sql.transaction([insert(index), insert(100 + index)]).then(() => 0),
        written().then((ids) => ids.length),
      ]);
      const counts = await Promise.all(requests.flat());
      expect(counts.filter((count) => count % 2 === 1)).toEqual([]);
      expect(await written()).toHaveLength(40);
    });

    it('do not roll single statements back with them', async () => {
      const { sql, insert, written } = newClient();
      const requests = Array.from({ length: 20 }, (_, index) => [
        sql.transaction([insert(100 + index), insert(100 + index)]),
        insert(index),
      ]);
      const outcomes = (await Promise.allSettled(requests.flat())).map(({ status }) => status);
      expect(outcomes).toEqual(Array(20).fill(['rejected', 'fulfilled']).flat());
      expect(await written()).toEqual(Array.from(Array(20).keys()));
    });

    it('keep statements of other requests out, however long they take', async () => {
      const { written, scopeName } = newClient();
      const query = `INSERT INTO ${SCHEMA}.rows VALUES ($1, $2)`;
      const insert = (id: number) => ({ query, params: [scopeName, String(id)] });
      const begun = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const batch = backend.transaction({}, async (run) => {
        await run(insert(1));
        begun.resolve();
        await end.promise;
        throw new Error('rolled back');
      });
      await begun.promise;
      const single = backend.query(insert(2));
      // Were nothing to hold it back, it would run now.
      await setImmediate();
      end.resolve();
      await expect(batch).rejects.toThrow('rolled back');
      await single;
      expect(await written()).toEqual([2]);
    });

    it('are the only transactions: a lone BEGIN begins nothing for the next request', async () => {
      const { sql, insert, written } = newClient();
      await sql`BEGIN`;
      await insert(1);
      await expect(sql`SELECT 1 / 0`).rejects.toMatchObject({ code: '22012' });
      expect(await written()).toEqual([1]);
    });
  });

  describe('faults', () => {
    it('refuse: nothing is executed and there is no answer', async () => {
      const { arm, insert, written, scope } = newClient();
      arm({ kind: 'refuse', times: 1 });
      await expect(insert(1)).rejects.toThrow('Error connecting to database');
      expect(scope.counters.get('statements')).toBeUndefined();
      await insert(2);
      expect(await written()).toEqual([2]);
    });

    it('error: nothing is executed and the answer is a 500', async () => {
      const { arm, insert, written } = newClient();
      arm({ kind: 'error' });
      await expect(insert(1)).rejects.toThrow('Server error (HTTP status 500)');
      expect(await written()).toEqual([]);
    });

    it('delay: the answer is late', async () => {
      const { arm, insert } = newClient();
      arm({ kind: 'delay', ms: 30 });
      const begun = performance.now();
      expect(await insert(1)).toEqual([{ id: 1 }]);
      // Timers count in whole milliseconds, and may be one short of this clock.
      expect(performance.now() - begun).toBeGreaterThanOrEqual(29);
    });

    it('hang before: nothing is executed until it is released', async () => {
      const { arm, insert, written, scope } = newClient();
      arm({ kind: 'hang' });
      const answer = sent(insert(1));
      await scope.untilHeld(1);
      expect(await written()).toEqual([]);
      scope.setFaults([]);
      expect(await answer).toEqual([{ id: 1 }]);
    });

    it('hang after: it is committed while there is no answer yet', async () => {
      const { arm, insert, written, scope } = newClient();
      arm({ kind: 'hang', when: 'after' });
      const answer = sent(insert(1));
      await scope.untilHeld(1);
      expect(await written()).toEqual([1]);
      scope.setFaults([]);
      expect(await answer).toEqual([{ id: 1 }]);
    });

    it.each(['truncate', 'close'] as const)('%s: it is committed and the client cannot know', async (kind) => {
      const { arm, insert, written } = newClient();
      arm({ kind });
      await expect(insert(1)).rejects.toThrow();
      expect(await written()).toEqual([1]);
    });

    it('close: a batch is committed and the client cannot know', async () => {
      const { sql, arm, insert, written } = newClient();
      arm({ kind: 'close' });
      await expect(sql.transaction([insert(1), insert(2)])).rejects.toThrow('Error connecting to database');
      expect(await written()).toEqual([1, 2]);
    });

    it('match: applies only to requests that contain the text', async () => {
      const { sql, arm, insert } = newClient();
      arm({ kind: 'error', match: 'INSERT INTO' });
      expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
      await expect(insert(1)).rejects.toThrow('HTTP status 500');
    });

    it('apply to no other scope', async () => {
      const [broken, sound] = [newClient(), newClient()];
      broken.arm({ kind: 'refuse' });
      expect(await sound.insert(1)).toEqual([{ id: 1 }]);
    });
  });

  it('counts requests and statements by scope', async () => {
    const { sql, scope, insert } = newClient();
    const counters = () => Object.fromEntries(scope.counters);
    await insert(1);
    expect(counters()).toEqual({ requests: 1, statements: 1 });
    await sql.transaction([sql`SELECT 1`, sql`SELECT 2`, sql`SELECT 3`]);
    expect(counters()).toEqual({ requests: 2, statements: 4 });
    // The third statement of the batch is never given to Postgres.
    await expect(sql.transaction([sql`SELECT 1`, sql`SELECT 1 / 0`, sql`SELECT 3`])).rejects.toThrow();
    expect(counters()).toEqual({ requests: 3, statements: 6 });
    await newClient().insert(1);
    expect(counters()).toEqual({ requests: 3, statements: 6 });
  });

  it('completes a request whose client has disconnected', async () => {
    const executed = Promise.withResolvers<void>();
    const observed = {
      ...backend,
      query: (statement: Statement) => backend.query(statement).finally(executed.resolve),
    };
    const own = await serveNeonHttp({ backend: observed, password: PASSWORD, port: 0 });
    endpoints.set('own', own.url);
    const { insert, written, arm, scope } = newClient('own', own);
    const client = new AbortController();
    arm({ kind: 'hang' });
    const answer = sent(insert(1, client.signal));
    await scope.untilHeld(1);
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    scope.setFaults([]);
    await executed.promise;
    expect(await written()).toEqual([1]);
    await own.close();
  });
});

/** The client's promises are lazy: without this, the request is not sent before its answer is awaited. */
async function sent<T>(query: PromiseLike<T>): Promise<T> {
  return await query;
}
