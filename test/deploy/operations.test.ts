import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPglite } from '../../src/dev/neon-http/pglite.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';
import { secretsFor } from '../../src/dev/secrets.ts';
import { recordKey, syncRevocations } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { withContext } from '../../src/ops/context.ts';
import { connectSql, migrate } from '../../src/ops/migrate.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { servicesOfProcess } from '../support/database/services.ts';
import { ROOT } from '../support/worker/bundle.ts';

const page = readFileSync(join(ROOT, 'src/OPERATIONS.md'), 'utf8');

/** The SQL of the page that begins so. */
function sqlOf(beginning: string): string {
  const blocks = [...page.matchAll(/```sql\n([\s\S]+?)```/g)].map(([, sql = '']) => sql);
  return blocks.find((sql) => sql.startsWith(beginning)) ?? 'the page has no such SQL';
}

test('the role for the Worker may read and write every table, those to come too, and make none', async () => {
  const backend = await openPglite(undefined);
  const emulator = await serveNeonHttp({ backend, password: 'correct', port: 0 });
  try {
    const sql = connectSql('postgres://owner:correct@localhost/jestha', `${emulator.url}/sql`);
    await migrate(sql);
    await backend.exec(sqlOf('CREATE ROLE'));
    await sql`CREATE TABLE to_come (id int)`;
    const [may] = await sql`
      SELECT count(*)::int AS tables,
        bool_and(has_table_privilege('jestha_worker', oid, 'SELECT') AND has_table_privilege('jestha_worker', oid, 'INSERT')
          AND has_table_privilege('jestha_worker', oid, 'UPDATE') AND has_table_privilege('jestha_worker', oid, 'DELETE')) AS all,
        bool_or(has_table_privilege('jestha_worker', oid, 'TRUNCATE')) AS "truncate"
      FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
    expect(may).toEqual({ tables: expect.any(Number), all: true, truncate: false });
    expect(may?.tables).toBeGreaterThan(20);
    expect(
      await sql`SELECT has_schema_privilege('jestha_worker', 'public', 'CREATE') AS "create",
        has_table_privilege('jestha_worker', 'drizzle.__drizzle_migrations', 'SELECT') AS migrations`,
    ).toEqual([{ create: false, migrations: true }]);
  } finally {
    await emulator.close();
    await backend.close();
  }
});

test('a key revoked by SQL is refused once the sweep has updated Redis', async () => {
  const { secret, ...urls } = servicesOfProcess();
  const secrets = secretsFor(urls, secret);
  const { id, key } = await makeKey(secrets);
  const sql = connectSql(secrets.DATABASE_URL, secrets.NEON_SQL_ENDPOINT);
  const revoke = sqlOf('UPDATE api_keys').replace('01M8…', id);
  expect(revoke).toContain(id);
  await sql.query(revoke);
  await withContext(secrets, Date.now(), syncRevocations);
  const record = await fetch(urls.upstash, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}` },
    body: JSON.stringify(['GET', recordKey(await sha256Hex(key))]),
  });
  expect(await record.json()).toEqual({ result: expect.stringMatching(/^k1\|leaked\|/) });
});

test('names what there is: commands and tables of the log', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const named = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
  expect(named).toContain('setup:check');
  for (const script of named) expect(scripts).toHaveProperty([script]);
  const refusals = readFileSync(join(ROOT, 'src/domain/api-error.ts'), 'utf8');
  const reasons = /code: 'service_unavailable';\s+readonly why:\s+([^;]+);/.exec(refusals)?.[1]?.match(/\w+/g) ?? [];
  const table = page.slice(page.indexOf('## When 503s rise'), page.indexOf('## Revoking a key'));
  const listed = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) => cell.match(/(?<=`)\w+(?=`)/g) ?? []);
  expect(listed.filter((each) => each !== 'why').sort()).toEqual(reasons.sort());
});
