import { expect, test } from 'vitest';
import { DELETE_BATCH, RETENTION_BATCH } from '../../src/config/limits.ts';
import { deleteOldRows, RETENTION, tableNameOf } from '../../src/data/retention.ts';
import { newId } from '../../src/lib/id.ts';
import { Harness } from '../support/app/harness.ts';
import { newPost } from '../support/app/posts.ts';
import { rowsOf } from '../support/database/database.ts';

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

test('one run of the sweep removes what many batches of a deleted Jes hold, and the Jes', async () => {
  const key = await harness.newKey();
  const { id } = await newPost(harness, key);
  const ids = Array.from({ length: 2 * DELETE_BATCH + 1 }, (_, i) => `('${newId(harness.now + i)}')`);
  await rowsOf(
    harness,
    `INSERT INTO comments (id, author_id, post_id, content, created_at)
     SELECT v.id, '${key.accountId}', '${id}', 'x', now() FROM (VALUES ${ids}) v(id)`,
  );
  await harness.fetch(`/api/posts/${id}`, { method: 'DELETE', key: key.key });
  await harness.sweep();
  expect(await rowsOf(harness, `SELECT id FROM comments WHERE post_id = '${id}' LIMIT 1`)).toEqual([]);
  expect(await rowsOf(harness, `SELECT id FROM posts WHERE id = '${id}'`)).toEqual([]);
});
