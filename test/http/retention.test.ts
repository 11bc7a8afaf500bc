import { expect, test } from 'vitest';
import { RETENTION_BATCH } from '../../src/config/limits.ts';
import { deleteOldRows, RETENTION, tableNameOf } from '../../src/data/retention.ts';
import { rowsOf } from '../support/database.ts';
import { Harness } from '../support/harness.ts';

const harness = new Harness();

test('one run of the sweep deletes a backlog of more than one batch and keeps young rows', async () => {
  const account = 'retention-test';
  const now = new Date(harness.now).toISOString();
  await rowsOf(
    harness,
    `
    INSERT INTO idempotency_keys (account_id, method, path, key, fingerprint, status, body, created_at)
    SELECT '${account}', 'POST', '/', n, '', 201, '', timestamptz '${now}' - interval '25 hours'
    FROM generate_series(1, ${2 * RETENTION_BATCH + 1}) n`,
  );
  await rowsOf(
    harness,
    `
    INSERT INTO idempotency_keys (account_id, method, path, key, fingerprint, status, body, created_at)
    VALUES ('${account}', 'POST', '/', 'young', '', 201, '', timestamptz '${now}' - interval '24 hours')`,
  );
  const rule = RETENTION.find((candidate) => tableNameOf(candidate) === 'idempotency_keys');
  if (!rule) throw new Error('the retention table has no rule for idempotency_keys');
  const { hasBacklog } = await harness.run((ctx) => deleteOldRows(ctx.ports.db, rule, ctx.now));
  expect(hasBacklog).toBe(false);
  expect(await rowsOf(harness, `SELECT key FROM idempotency_keys WHERE account_id = '${account}'`)).toEqual([
    { key: 'young' },
  ]);
});
