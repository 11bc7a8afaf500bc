import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/domain/keys/index.ts';
import { withContext } from '../../src/ops/context.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const { TEST_DATABASE_URL, VITEST_POOL_ID } = process.env;
/** The database of this process; see `global-setup`. */
const DATABASE_URL = TEST_DATABASE_URL && `${TEST_DATABASE_URL}${VITEST_POOL_ID}`;

let workers: Workers;

beforeAll(async () => {
  workers = await startWorkers(3, { patient: true });
});

afterAll(() => workers.close());

/** Sends the same Jes to one of the instances. */
async function create(instance: number, key: string, idempotencyKey: string) {
  const response = await fetch(`${workers.urls[instance % workers.urls.length]}/api/posts`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': idempotencyKey,
    },
    body: JSON.stringify({ content: 'Exactly once' }),
  });
  const isReplayed = response.headers.get('Idempotent-Replayed') === 'true';
  const retryAfter = response.headers.get('Retry-After');
  return { status: response.status, isReplayed, retryAfter, text: await response.text() };
}

/** Five keys of one account: together they may post 50 times a minute. */
async function fiveKeys() {
  const { accountId, key } = await makeKey(workers.secrets);
  const keys = [key];
  for (let i = 0; i < 4; i++) {
    const made = await withContext(workers.secrets, Date.now(), (ctx) =>
      createKey(ctx, accountId, { label: 'Another', scopes: ['write:jes'], acceptTerms: true }),
    );
    keys.push(made.key);
  }
  return { accountId, keys };
}

test('50 identical creates at once, on three instances with five keys, make exactly one Jes', async () => {
  const { keys } = await fiveKeys();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => create(i, keys[i % 5] ?? '', 'k')));
  const made = answers.filter(({ status }) => status === 201);
  expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  expect(made.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  const me = await fetch(`${workers.urls[0]}/api/auth/me`, { headers: { Authorization: `Bearer ${keys[0]}` } });
  await expect(me).toHaveStatus(200);
});

describe.skipIf(DATABASE_URL === undefined)('on a real Postgres', () => {
  test('a retry gets 409 while the first request runs, and its response later', async () => {
    const { accountId, key } = await makeKey(workers.secrets);
    const blocker = new pg.Client({ connectionString: DATABASE_URL });
    await blocker.connect();
    try {
      // The first one waits for this account's row, after it has claimed its key.
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM accounts WHERE id = $1 FOR UPDATE', [accountId]);
      const first = create(0, key, 'k');
      await untilWaiting(blocker);
      const second = await create(1, key, 'k');
      const { code } = JSON.parse(second.text) as { code: string };
      expect([second.status, second.retryAfter, code]).toEqual([409, '1', 'idempotency_in_progress']);
      await blocker.query('COMMIT');
      const { status, text } = await first;
      expect(status).toBe(201);
      expect(await create(2, key, 'k')).toEqual({ status: 201, isReplayed: true, retryAfter: null, text });
    } finally {
      await blocker.end();
    }
  });
});

/** Resolves once another connection waits for the locks of this one. */
async function untilWaiting(holder: pg.Client): Promise<void> {
  const waiting = 'SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))';
  while ((await holder.query(waiting)).rowCount === 0);
}
