import { expect, test } from 'vitest';
import { openPglite } from '../../src/dev/neon-http/pglite.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';
import { connectSql, migrate } from '../../src/ops/migrate.ts';

test('every foreign key begins an index, so that deleting what it names reads no table from end to end', async () => {
  const backend = await openPglite(undefined);
  const emulator = await serveNeonHttp({ backend, password: 'correct', port: 0 });
  try {
    const sql = connectSql('postgres://owner:correct@localhost/jestha', `${emulator.url}/sql`);
    await migrate(sql);
    // A partial index serves if it leaves out only NULL, which equals no key.
    const missing = await sql`
      SELECT c.conrelid::regclass::text AS table, a.attname AS column
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
          AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)'))
      ORDER BY 1, 2`;
    expect(missing).toEqual([]);
  } finally {
    await emulator.close();
    await backend.close();
  }
});
