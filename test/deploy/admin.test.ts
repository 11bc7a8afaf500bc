import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { secretsFor } from '../../src/dev/secrets.ts';
import { loadRecord } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { withContext } from '../../src/ops/context.ts';
import { connectSql } from '../../src/ops/migrate.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { servicesOfProcess } from '../support/database/services.ts';
import { ROOT } from '../support/worker/bundle.ts';

const secrets = () => {
  const { secret, ...urls } = servicesOfProcess();
  return secretsFor(urls, secret);
};

/** `npm run admin --` with these arguments, over the stores of the tests. */
async function admin(...args: string[]) {
  const { DATABASE_URL, NEON_SQL_ENDPOINT, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = secrets();
  const child = spawn(process.execPath, [join(ROOT, 'src/ops/admin.ts'), ...args], {
    env: { ...process.env, DATABASE_URL, NEON_SQL_ENDPOINT, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN },
  });
  child.stdin.end();
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  return { output, errors, code };
}

test('suspends an account by its name or id, and lifts it', async () => {
  const { key, accountId } = await makeKey(secrets());
  const sql = connectSql(secrets().DATABASE_URL, secrets().NEON_SQL_ENDPOINT);
  const [row] = await sql`SELECT username FROM accounts WHERE id = ${accountId}`;
  const username = String(row?.username);
  const isSuspended = async () => {
    const record = await withContext(secrets(), Date.now(), async (ctx) => loadRecord(ctx, await sha256Hex(key)));
    return record?.isSuspended;
  };
  expect(await admin('suspend', username)).toEqual({
    output: expect.stringMatching(new RegExp(`^@${username} \\(${accountId}\\) is suspended since 20\\S+Z\\.\n$`)),
    errors: '',
    code: 0,
  });
  expect(await isSuspended()).toBe(true);
  expect(await admin('unsuspend', accountId)).toEqual({
    output: `@${username} (${accountId}) is not suspended.\n`,
    errors: '',
    code: 0,
  });
  expect(await isSuspended()).toBe(false);
});

test('prints no control or bidi character of a label', async () => {
  const { id } = await makeKey(secrets());
  const sql = connectSql(secrets().DATABASE_URL, secrets().NEON_SQL_ENDPOINT);
  await sql`UPDATE api_keys SET label = ${'a\u001b[2J\u202eb'} WHERE id = ${id}`;
  const { output, code } = await admin('revoke', id);
  expect(code).toBe(0);
  expect(output).toContain('"a\\u{1b}[2J\\u{202e}b" is revoked since');
});

test.each([
  [['suspend', 'no-such-account'], 'There is no such key or account.\n'],
  [['revoke', '01M8PTPG0HRJG4000000000000'], 'There is no such key or account.\n'],
  [['suspend'], expect.stringContaining('npm run admin -- suspend USERNAME|ID')],
  [['suspend', 'a', 'b'], expect.stringContaining('npm run admin -- suspend USERNAME|ID')],
  [['revoke', 'a', '--reason', 'x'], 'The reason is admin or leaked.\n'],
])('%j gets the error and the usage', async (args, errors) => {
  expect(await admin(...args)).toEqual({ output: '', errors, code: 1 });
});
