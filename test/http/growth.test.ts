import { describe, expect, test } from 'vitest';
import { runBatch } from '../../src/data/db.ts';
import { deleteEndedKeys, noteRefusedAddress } from '../../src/domain/keys/index.ts';
import { countAddresses, lockKeys } from '../../src/domain/keys/store.ts';
import { invalid } from '../support/app/answers.ts';
import { textOf } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { newAddress, newForm } from '../support/app/people.ts';
import { newComment, newPost } from '../support/app/posts.ts';
import { newWebhook } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';
const KEYS = '/api/auth/api-keys';

/** The addresses of a key in the audit log. */
const addressesOf = (harness: Harness, { id }: TestKey) =>
  rowsOf<{ event: string; address: string | null; count: number }>(
    harness,
    `SELECT event, address, count FROM audit_log
     WHERE api_key_id = '${id}' AND event IN ('first_use', 'refused_address') ORDER BY id`,
  );

describe('a key that changes its address', () => {
  test('within its /64 at each request writes one row', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    for (let i = 0; i < 50; i++)
      await harness.fetch(ME, { key: key.key, address: `2001:db8:1:2:${i.toString(16)}::1` });
    expect(await addressesOf(harness, key)).toEqual([{ event: 'first_use', address: '2001:db8:1:2::/64', count: 1 }]);
  });

  test('over 10,000 blocks writes 50 rows a day, which count them all', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const seen = (event: 'first_use' | 'refused_address', from: number) =>
      Array.from({ length: 500 }, (_, i) => ({
        keyId: key.id,
        event,
        block: `2001:db8:${(from + i).toString(16)}::/64`,
        day: '2026-11-24',
        count: 1,
      }));
    // As many isolates would, at once.
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const some = seen(i % 2 ? 'first_use' : 'refused_address', i * 500);
        return harness.run(({ ports: { db } }) =>
          runBatch(db, [lockKeys(db, some)], countAddresses(db, some, new Date(harness.now))),
        );
      }),
    );
    const rows = await addressesOf(harness, key);
    expect(rows).toHaveLength(50);
    expect(rows.filter(({ address }) => address === null)).toHaveLength(2);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
  });

  test('and is refused 41 times at once costs one request to Neon after the responses', async () => {
    const harness = new Harness();
    const key = await harness.newKey({ ipAllowlist: ['192.0.2.0/24'] });
    await harness.neon.reset();
    const addressOf = (i: number) => ({
      text: `198.51.100.${i}`,
      hex: `00000000000000000000ffffc63364${i.toString(16).padStart(2, '0')}`,
    });
    await harness.run(async (ctx) => {
      for (let i = 0; i < 41; i++) noteRefusedAddress(ctx, key.id, addressOf(i % 12));
    });
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 3 });
    const refused = (await addressesOf(harness, key)).filter(({ event }) => event === 'refused_address');
    expect(refused).toHaveLength(12);
    expect(refused.reduce((sum, { count }) => sum + count, 0)).toBe(41);
  });
});

describe('a name', () => {
  const BREAKING = [
    'a\nb',
    'a\tb',
    'a\u0007b',
    'a\u001bb',
    'a\u0085b',
    'a\u2028b',
    'a\u202eb',
    'a\u2066b',
    'a\u200fb',
    'a\u061cb',
  ];
  const problem = 'contains a control character, or one that changes the direction of text';

  test.each(BREAKING)('of a key, a JeHub, a place, a poll option or a person is not %j', async (text) => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const send = async (path: string, body: object) => await answerOf(await harness.fetch(path, { cookie, body }));
    const key = { label: text, scopes: ['write:jes'], acceptTerms: true };
    expect(await send(KEYS, key)).toEqual(invalid({ path: 'label', message: problem }));
    expect(await send('/api/jehubs', { name: text })).toEqual(invalid({ path: 'name', message: problem }));
    const located = { content: 'a', location: { name: text } };
    expect(await send('/api/posts', located)).toEqual(invalid({ path: 'location.name', message: problem }));
    const polled = { content: 'a', poll: { options: ['one', text] } };
    expect(await send('/api/posts', polled)).toEqual(invalid({ path: 'poll.options.1', message: problem }));
    const form = { ...newForm(), name: text };
    const signUp = await harness.fetch('/api/auth/sign-up/email', { address: newAddress(), body: form });
    expect(await answerOf(signUp)).toEqual(invalid({ path: 'name', message: problem }));
  });

  test.each(['👩‍👩‍👧‍👦 Family', 'می‌خواهم', 'क्‍ष', 'Zoë', 'مرحبا', 'a\u00a0b', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'])('may be %j', async (name) => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const response = await harness.fetch('/api/jehubs', { cookie, body: { name } });
    expect(await answerOf(response)).toMatchObject({ status: 201, body: { name } });
  });
});

describe('the list of keys', () => {
  /** A person with three active keys and a number of revoked ones. */
  async function withEnded(ended: number) {
    const harness = new Harness();
    const person = await harness.newSession();
    const account = { id: person.accountId, username: person.username };
    for (let i = 0; i < 3; i++) await harness.newKey({ account, label: `Active ${i}` });
    const prefix = `01KZ${crypto.randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`;
    await rowsOf(
      harness,
      `INSERT INTO api_keys (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at,
         revoked_at, revoked_reason, tombstoned_at)
       SELECT '${prefix}' || lpad(i::text, 12, '0'), '${person.accountId}', 'Old ' || i, md5(random()::text), 'jes_live_a1b2****',
         '{write:jes}', '{}', '2026-05-28', timestamptz '2026-01-01' + i * interval '1 minute',
         timestamptz '2026-02-01', 'user', timestamptz '2026-02-02'
       FROM generate_series(1, ${ended}) AS i`,
    );
    const list = async (query = '') => {
      const response = await harness.fetch(`${KEYS}${query}`, { cookie: person.cookie });
      return (await response.json()) as {
        apiKeys: { id: string; label: string; status: string }[];
        nextCursor: string | null;
      };
    };
    return { harness, person, list };
  }

  test('has all active keys first, and pages the others, each once', async () => {
    const { list } = await withEnded(120);
    const seen: string[] = [];
    let query = '';
    const sizes: number[] = [];
    for (;;) {
      const { apiKeys, nextCursor } = await list(query);
      sizes.push(apiKeys.length);
      seen.push(...apiKeys.map(({ label }) => label));
      if (nextCursor === null) break;
      query = `?cursor=${nextCursor}`;
    }
    expect(sizes).toEqual([53, 50, 20]);
    expect(seen.slice(0, 3).sort()).toEqual(['Active 0', 'Active 1', 'Active 2']);
    expect(seen[3]).toBe('Old 120');
    expect(new Set(seen).size).toBe(123);
    expect((await list('?limit=1')).apiKeys).toHaveLength(4);
  });

  test('takes no cursor of another list, and no limit beyond 100', async () => {
    const { harness, person } = await withEnded(0);
    const { list } = await withEnded(60);
    const { nextCursor } = await list();
    const send = async (query: string) =>
      await answerOf(await harness.fetch(`${KEYS}${query}`, { cookie: person.cookie }));
    expect(await send(`?cursor=${nextCursor}`)).toEqual(
      invalid({ path: 'cursor', message: 'must be a nextCursor of this list' }),
    );
    expect(await send('?limit=101')).toEqual(
      invalid({ path: 'limit', message: 'must be a whole number from 1 to 100' }),
    );
  });

  test('is paged on Settings, too', async () => {
    const { harness, person } = await withEnded(60);
    const page = await (await harness.fetch('/settings/api-access', { cookie: person.cookie })).text();
    expect(page).toMatch(/Revoked and expired keys \(more than 50\)/);
    const ended = await (await harness.fetch('/settings/api-access/ended', { cookie: person.cookie })).text();
    expect(ended).toContain('Old 11<');
    const [, next = ''] = /href="(\/settings\/api-access\/ended\?cursor=[^"]+)"/.exec(ended) ?? [];
    const older = await textOf(await harness.fetch(next, { cookie: person.cookie }));
    expect(older).toContain('Old 10 ');
    expect(older).toContain('Old 1 ');
    expect(older).not.toContain('Old 11 ');
    expect(older).not.toContain('Older keys');
  });
});

describe('a key that ended a year ago', () => {
  const YEAR_MS = 365 * 86_400_000;
  const isThere = async (harness: Harness, { id }: { readonly id: string }) =>
    (await rowsOf(harness, `SELECT id FROM api_keys WHERE id = '${id}'`)).length === 1;

  test('is deleted with its history and endpoints, unless something that it made still exists', async () => {
    const harness = new Harness();
    const [bare, expired, posted, commented, young] = await Promise.all([
      harness.newKey(),
      harness.newKey({ expiresInDays: 30 }),
      harness.newKey(),
      harness.newKey(),
      harness.newKey(),
    ]);
    await newWebhook(harness, bare);
    const jes = await newPost(harness, posted);
    await newComment(harness, commented, jes.id);
    for (const key of [bare, posted, commented]) await harness.revoke(key);
    harness.now += 30 * 86_400_000;
    await harness.revoke(young);
    harness.now += YEAR_MS - 1;
    // Walks through all keys from first to last, those of other suites, too.
    const deleteEnded = async () => {
      await rowsOf(harness, `DELETE FROM sweep_positions WHERE task = 'ended_keys'`);
      const position = `SELECT position FROM sweep_positions WHERE task = 'ended_keys' AND position <> ''`;
      do await harness.run(deleteEndedKeys);
      while ((await rowsOf(harness, position)).length > 0);
    };
    await deleteEnded();
    const left = () => Promise.all([bare, expired, posted, commented, young].map((key) => isThere(harness, key)));
    expect(await left()).toEqual([false, true, true, true, true]);
    harness.now += 2;
    await deleteEnded();
    expect(await left()).toEqual([false, false, true, true, false]);
    await rowsOf(harness, `DELETE FROM comments WHERE api_key_id = '${commented.id}'`);
    await deleteEnded();
    expect(await left()).toEqual([false, false, true, false, false]);
    expect(await rowsOf(harness, `SELECT id FROM audit_log WHERE api_key_id = '${bare.id}'`)).toEqual([]);
  });
});
