import { beforeEach, describe, expect, test } from 'vitest';
import { runSql } from '../../src/data/db.ts';
import { auditLog } from '../../src/data/schema/audit-log.ts';
import { noteNewAddress, readKeyDetail, revealKey } from '../../src/domain/keys/index.ts';
import { sealForReveal } from '../../src/domain/keys/reveal-key.ts';
import { countAddresses } from '../../src/domain/keys/store.ts';
import { newId } from '../../src/lib/id.ts';
import { open, textOf } from '../support/app/forms.ts';
import { Harness, type TestKey, type TestRequest } from '../support/app/harness.ts';
import { newForm, newPerson, runAs, signUp } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';
const KEYS = '/api/auth/api-keys';
const DEDUPE_KEY = auditLog.dedupeKey.name;

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

/** The history of a key as its owner reads it, the oldest first. */
async function eventsOf({ id, accountId }: { id: string; accountId: string }) {
  const { events } = await runAs(harness, { id: accountId }, (ctx) => readKeyDetail(ctx, id));
  return events.map(({ event, address, at }) => [event, address, at.toISOString()]).reverse();
}

/** A key that was made a second ago: events of one millisecond have no order. */
async function newKey(options?: Parameters<Harness['newKey']>[0]): Promise<TestKey> {
  const key = await harness.newKey(options);
  harness.now += 1_000;
  return key;
}

/** A key that was used a second ago, so that its script and record are in Redis. */
async function usedKey(address: string): Promise<TestKey> {
  const key = await newKey();
  await harness.fetch(ME, { key: key.key, address });
  harness.now += 1_000;
  return key;
}

/** Keeps a key for the page that shows it, as its generation there does; answers what opens it. */
const keep = ({ id, key }: TestKey) =>
  harness.run(async (ctx) => {
    const { unsealKey, statement } = await sealForReveal(ctx, id, key);
    await runSql(ctx.ports.db.batch([statement]));
    return unsealKey;
  });

const NOON = '2026-11-24T12:00:00.000Z';

describe('the audit log', () => {
  test('notes the creation and the revocation of a key, the latter once', async () => {
    const person = await newPerson(harness);
    const send = (path: string, request: TestRequest) =>
      harness.fetch(path, { ...request, headers: { Cookie: person.cookie } });
    const body = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };
    const created = await send(KEYS, { body, address: '192.0.2.1' });
    const { apiKey } = (await created.json()) as { apiKey: { id: string } };
    harness.now += 1_000;
    await send(`${KEYS}/${apiKey.id}`, { method: 'DELETE', address: '192.0.2.2' });
    harness.now += 1_000;
    await send(`${KEYS}/${apiKey.id}`, { method: 'DELETE', address: '192.0.2.3' });
    expect(await eventsOf({ id: apiKey.id, accountId: person.id })).toEqual([
      ['created', '192.0.2.1', NOON],
      ['revoked', '192.0.2.2', '2026-11-24T12:00:01.000Z'],
    ]);
  });

  test('notes nothing of a key that was not created', async () => {
    const person = await signUp(harness);
    for (let i = 0; i < 5; i++) await harness.newKey({ account: person });
    await harness.fetch(KEYS, {
      headers: { Cookie: person.cookie },
      body: { label: 'Sixth', scopes: ['write:jes'], acceptTerms: true },
    });
    const rows = await rowsOf(
      harness,
      `SELECT event FROM audit_log JOIN api_keys ON api_keys.id = api_key_id WHERE account_id = '${person.id}'`,
    );
    expect(rows).toEqual(Array.from({ length: 5 }, () => ({ event: 'created' })));
  });

  test('shows the first use from each address, however often it comes back', async () => {
    const key = await newKey();
    const use = async (address: string | undefined, times = 2) => {
      for (let i = 0; i < times; i++) {
        harness.now += 1_000;
        const response = await harness.fetch(ME, { key: key.key, ...(address !== undefined && { address }) });
        await expect(response).toHaveStatus(200);
      }
    };
    await use('192.0.2.1');
    await use('2001:db8::1');
    await use('192.0.2.1');
    await use(undefined);
    await use('2001:db8::1');
    harness.now = Date.UTC(2026, 10, 25, 0, 0, 0);
    await use('2001:db8::1');
    await use('192.0.2.1');
    await use('2001:db8::1');
    expect(await eventsOf(key)).toEqual([
      ['created', null, NOON],
      ['first_use', '192.0.2.1', '2026-11-24T12:00:02.000Z'],
      ['first_use', '2001:db8::/64', '2026-11-24T12:00:04.000Z'],
    ]);
    // The same address on the next day is known to Redis; the other one is new on that day.
    const rows = await rowsOf(
      harness,
      `SELECT event FROM audit_log WHERE api_key_id = '${key.id}' AND event = 'first_use'`,
    );
    expect(rows).toHaveLength(4);
  });

  test('counts refusals by allowlist, per block of addresses and day, and notes no use', async () => {
    const key = await newKey({ ipAllowlist: ['192.0.2.0/24'] });
    const refuse = async (address: string | undefined) => {
      const response = await harness.fetch(ME, { key: key.key, ...(address !== undefined && { address }) });
      await expect(response).toHaveStatus(403);
    };
    for (let i = 0; i < 3; i++) await refuse(`198.51.100.${i}`);
    harness.now = Date.UTC(2026, 10, 24, 23, 59, 59, 999);
    await refuse('198.51.100.1');
    harness.now = Date.UTC(2026, 10, 25, 0, 0, 0, 0);
    await refuse(undefined);
    expect(await eventsOf(key)).toEqual([
      ['created', null, NOON],
      ['refused_address', '198.51.100.0', '2026-11-24T12:00:01.000Z'],
      ['refused_address', null, '2026-11-25T00:00:00.000Z'],
    ]);
    const { events } = await runAs(harness, { id: key.accountId }, (ctx) => readKeyDetail(ctx, key.id));
    expect(events[1]).toMatchObject({ count: 4, blocks: 3, lastAt: new Date('2026-11-24T23:59:59.999Z') });
    const page = await harness.fetch(`/settings/api-access/${key.id}`, {
      cookie: (await harness.newSession({ account: { id: key.accountId, username: key.username } })).cookie,
    });
    expect(await textOf(page)).toContain(
      '24 Nov 2026, 12:00 UTC Refused 4 times from 3 addresses, not on the allowlist; last 24 Nov 2026, 23:59 UTC 3 addresses',
    );
  });

  test('notes a refusal while Redis is away, too', async () => {
    const key = await newKey({ ipAllowlist: ['192.0.2.0/24'] });
    await harness.upstash.setFaults({ kind: 'refuse' });
    for (let i = 0; i < 3; i++) await harness.fetch(ME, { key: key.key, address: '198.51.100.1' });
    await harness.upstash.setFaults();
    expect(await eventsOf(key)).toEqual([
      ['created', null, NOON],
      ['refused_address', '198.51.100.1', '2026-11-24T12:00:01.000Z'],
    ]);
  });

  test('notes nothing of a request refused for another reason', async () => {
    const key = await usedKey('192.0.2.1');
    for (let i = 0; i < 59; i++) await harness.fetch(ME, { key: key.key, address: '192.0.2.1' });
    await expect(await harness.fetch(ME, { key: key.key, address: '192.0.2.2' })).toHaveStatus(429);
    await harness.revoke(key);
    await harness.fetch(ME, { key: key.key, address: '192.0.2.3' });
    expect((await eventsOf(key)).map(([event]) => event)).toEqual(['created', 'first_use', 'revoked']);
  });

  test('is written by many at once as one row', async () => {
    const key = await newKey();
    await harness.neon.reset();
    const address = { text: '192.0.2.1', hex: '00000000000000000000ffffc0000201' };
    const use = () => harness.run(async (ctx) => noteNewAddress(ctx, key.id, address));
    await Promise.all(Array.from({ length: 20 }, use));
    // One isolate writes once; what other isolates write is the same row.
    expect(await harness.neon.counters()).toMatchObject({ requests: 1 });
    const seen = [{ keyId: key.id, event: 'first_use', block: '192.0.2.1', day: '2026-11-24', count: 1 }] as const;
    const count = () => harness.run((ctx) => runSql(countAddresses(ctx.ports.db, seen, new Date(harness.now))));
    await Promise.all(Array.from({ length: 20 }, count));
    expect(await eventsOf(key)).toEqual([
      ['created', null, NOON],
      ['first_use', '192.0.2.1', '2026-11-24T12:00:01.000Z'],
    ]);
  });

  test('shows the newest ten', async () => {
    const key = await newKey();
    await rowsOf(
      harness,
      `INSERT INTO audit_log (id, api_key_id, event, ${DEDUPE_KEY}, at)
       SELECT '${key.id}' || i, '${key.id}', 'first_use', i::text, timestamptz '${NOON}' + i * interval '1 second'
       FROM generate_series(1, 60) AS i`,
    );
    const events = await eventsOf(key);
    expect(events).toHaveLength(10);
    expect([events[0]?.[2], events[9]?.[2]]).toEqual(['2026-11-24T12:00:51.000Z', '2026-11-24T12:01:00.000Z']);
  });

  test('of another account’s key is 404', async () => {
    const key = await newKey();
    const other = await harness.newAccount();
    await expect(eventsOf({ id: key.id, accountId: other.id })).rejects.toMatchObject({
      reason: { code: 'not_found' },
    });
  });
});

describe('the request path', () => {
  const events = (key: TestKey) =>
    rowsOf(harness, `SELECT event FROM audit_log WHERE api_key_id = '${key.id}' AND event <> 'created'`);

  test('waits for no row of the audit log: it is written after the response', async () => {
    const key = await usedKey('192.0.2.1');
    await harness.neon.reset();
    await harness.neon.setFaults({ kind: 'hang' });
    const { response, settled } = harness.start(ME, { key: key.key, address: '192.0.2.2' });
    const answered = await response;
    await expect(answered).toHaveStatus(200);
    expect(answered.headers.get('Server-Timing')).toMatch(/redis;dur=\d+\.\d;desc="1", db;dur=0\.0;desc="[01]"$/);
    await harness.neon.untilHeld();
    await harness.neon.setFaults();
    await settled();
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 3 });
    expect(await events(key)).toHaveLength(2);
  });

  test('from the same address writes nothing, and costs what it did', async () => {
    const key = await usedKey('192.0.2.1');
    await harness.neon.reset();
    await harness.upstash.reset();
    await harness.fetch(ME, { key: key.key, address: '192.0.2.1' });
    expect(await harness.neon.counters()).toEqual({});
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1, commands: 3 });
  });

  test('is answered while Neon is away; the event is noted the next time', async () => {
    const key = await usedKey('192.0.2.1');
    await harness.neon.setFaults({ kind: 'refuse' });
    await expect(await harness.fetch(ME, { key: key.key, address: '192.0.2.2' })).toHaveStatus(200);
    await harness.neon.setFaults();
    await harness.fetch(ME, { key: key.key, address: '192.0.2.1' });
    expect(await events(key)).toHaveLength(1);
    await harness.fetch(ME, { key: key.key, address: '192.0.2.2' });
    expect(await events(key)).toHaveLength(2);
  });
});

describe('a key on its way to the page that shows it', () => {
  const revealTo = (accountId: string, keyId: string, unsealKey: string) =>
    runAs(harness, { id: accountId }, (ctx) => revealKey(ctx, keyId, unsealKey));

  test('is shown once', async () => {
    const key = await harness.newKey();
    const unsealKey = await keep(key);
    expect(unsealKey).toMatch(/^[0-9A-Za-z_-]{43}$/);
    expect(await revealTo(key.accountId, key.id, unsealKey)).toBe(key.key);
    expect(await revealTo(key.accountId, key.id, unsealKey)).toBeUndefined();
  });

  test('is shown once to ten who ask at the same time', async () => {
    const key = await harness.newKey();
    const unsealKey = await keep(key);
    const shown = await Promise.all(Array.from({ length: 10 }, () => revealTo(key.accountId, key.id, unsealKey)));
    expect(shown.filter((found) => found !== undefined)).toEqual([key.key]);
  });

  test('is shown to the browser with its unsealKey only', async () => {
    const [key, other] = [await harness.newKey(), await harness.newKey()];
    await keep(key);
    expect(await revealTo(key.accountId, key.id, await keep(other))).toBeUndefined();
    await expect(keep(other)).rejects.toThrow('23505');
  });

  test('is shown to its owner only, and another’s try takes nothing away', async () => {
    const [key, other] = [await harness.newKey(), await harness.newAccount()];
    const unsealKey = await keep(key);
    expect(await revealTo(other.id, key.id, unsealKey)).toBeUndefined();
    expect(await revealTo(key.accountId, key.id, unsealKey)).toBe(key.key);
  });

  test('is shown for 10 minutes', async () => {
    const [late, early] = [await harness.newKey(), await harness.newKey()];
    const [lateOpener, earlyOpener] = [await keep(late), await keep(early)];
    harness.now += 10 * 60_000 - 1;
    expect(await revealTo(early.accountId, early.id, earlyOpener)).toBe(early.key);
    harness.now += 1;
    expect(await revealTo(late.accountId, late.id, lateOpener)).toBeUndefined();
  });

  test('is sealed in its row, which holds neither the key nor its opener', async () => {
    const key = await harness.newKey();
    const unsealKey = await keep(key);
    const [row] = await rowsOf<{ sealed_key: string }>(
      harness,
      `SELECT * FROM key_reveals WHERE api_key_id = '${key.id}'`,
    );
    expect(Object.keys(row ?? {}).sort()).toEqual(['api_key_id', 'expires_at', 'sealed_key']);
    // Nonce, as many bytes as the key has characters, tag.
    expect(row?.sealed_key).toMatch(/^[0-9A-Za-z_-]+$/);
    expect(row?.sealed_key).toHaveLength(Math.ceil(((12 + 58 + 16) * 4) / 3));
    const text = JSON.stringify(row);
    for (const secret of [key.key, key.key.slice(9, 20), btoa(key.key).slice(0, 20), unsealKey]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('the sweep', () => {
  test('removes events of the audit log that are older than a year', async () => {
    const key = await harness.newKey();
    const note = (id: string, ago: string) =>
      rowsOf(
        harness,
        `INSERT INTO audit_log (id, api_key_id, event, ${DEDUPE_KEY}, at)
         VALUES ('${key.id}${id}', '${key.id}', 'first_use', '${id}', timestamptz '${NOON}' - interval '${ago}')`,
      );
    await note('old', '365 days 1 millisecond');
    await note('young', '365 days');
    await harness.sweep();
    const rows = await rowsOf(
      harness,
      `SELECT ${DEDUPE_KEY} AS "dedupeKey" FROM audit_log WHERE api_key_id = '${key.id}' ORDER BY at`,
    );
    expect(rows).toEqual([{ dedupeKey: 'young' }, { dedupeKey: '' }]);
  });

  test('removes sealed keys that were not fetched', async () => {
    const [old, young] = [await harness.newKey(), await harness.newKey()];
    for (const key of [old, young]) await keep(key);
    await rowsOf(
      harness,
      `UPDATE key_reveals SET expires_at = timestamptz '${NOON}' - interval '1 second' WHERE api_key_id = '${old.id}'`,
    );
    await harness.sweep();
    const rows = await rowsOf(
      harness,
      `SELECT api_key_id AS id FROM key_reveals WHERE api_key_id IN ('${old.id}', '${young.id}')`,
    );
    expect(rows).toEqual([{ id: young.id }]);
  });

  test('removes sessions and mailed links that are over, and no others', async () => {
    const [old, young] = [await signUp(harness), await signUp(harness)];
    const isOver = `expires_at = timestamptz '${NOON}'`;
    await rowsOf(harness, `UPDATE sessions SET ${isOver} WHERE account_id = '${old.id}'`);
    await rowsOf(harness, `UPDATE mailed_links SET ${isOver} WHERE account_id = '${old.id}'`);
    const isNotOver = `expires_at = timestamptz '${NOON}' + interval '1 millisecond'`;
    await rowsOf(harness, `UPDATE mailed_links SET ${isNotOver} WHERE account_id = '${young.id}'`);
    await harness.sweep();
    const ids = `('${old.id}', '${young.id}')`;
    const sessions = await rowsOf(harness, `SELECT account_id AS id FROM sessions WHERE account_id IN ${ids}`);
    const links = await rowsOf(harness, `SELECT account_id AS id FROM mailed_links WHERE account_id IN ${ids}`);
    expect([sessions, links]).toEqual([[{ id: young.id }], [{ id: young.id }]]);
    await expect(await harness.fetch(ME, { headers: { Cookie: young.cookie } })).toHaveStatus(200);
  });

  test('deletes daily usage that is older than a week', async () => {
    const { id } = await harness.newAccount();
    const today = new Date(harness.now).toISOString().slice(0, 10);
    for (const ago of [0, 7, 8]) {
      await rowsOf(harness, `INSERT INTO daily_usage VALUES ('${id}', date '${today}' - ${ago}, 1)`);
    }
    await harness.sweep();
    const days = await rowsOf(
      harness,
      `SELECT date '${today}' - day AS ago FROM daily_usage WHERE account_id = '${id}' ORDER BY ago`,
    );
    expect(days).toEqual([{ ago: 0 }, { ago: 7 }]);
  });

  test('runs the other tasks if one fails, and then fails itself', async () => {
    const person = await signUp(harness, newForm());
    await rowsOf(harness, `UPDATE sessions SET expires_at = timestamptz '${NOON}' WHERE account_id = '${person.id}'`);
    await harness.neon.setFaults({ kind: 'refuse', match: 'key_reveals' });
    await expect(harness.sweep()).rejects.toThrow(expect.objectContaining({ name: 'DbUnavailable' }));
    await harness.neon.setFaults();
    expect(await rowsOf(harness, `SELECT id FROM sessions WHERE account_id = '${person.id}'`)).toEqual([]);
  });
});

describe('the page of the history of a key', () => {
  test('names an address once, however often it comes back, and when the key expired', async () => {
    const harness = new Harness();
    const key = await harness.newKey({ label: 'Bridge', expiresInDays: 30 });
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    for (let day = 0; day < 3; day++) {
      for (const address of ['192.0.2.1', '198.51.100.1']) {
        harness.now += 60_000;
        await harness.fetch('/api/auth/me', { key: key.key, address });
      }
      harness.now += 86_400_000;
    }
    harness.now += 30 * 86_400_000;
    const see = async (query = '') =>
      await textOf(await open(harness, `/settings/api-access/${key.id}/history${query}`, person.cookie));
    expect((await see()).match(/Address (.*) API documentation/)?.[1]).toBe(
      '24 Dec 2026, 12:00 UTC Expired – ' +
        '24 Nov 2026, 12:02 UTC Used from a new address 198.51.100.1 ' +
        '24 Nov 2026, 12:01 UTC Used from a new address 192.0.2.1 ' +
        '24 Nov 2026, 12:00 UTC Generated –',
    );
    expect(await see('?kind=key')).toMatch(/ Expired – 24 Nov 2026, 12:00 UTC Generated – /);
    expect(await see('?kind=addresses')).not.toContain('Generated');
    expect(await see('?kind=webhooks')).toContain('Nothing happened yet.');
    // A key that was revoked before did not expire.
    const revoked = await harness.newKey({ account: { id: key.accountId, username: key.username }, expiresInDays: 30 });
    await harness.revoke(revoked);
    harness.now += 40 * 86_400_000;
    const path = `/settings/api-access/${revoked.id}/history`;
    expect(await textOf(await open(harness, path, person.cookie))).not.toContain('Expired –');
  });

  test('pages through all events, each once and the newest first; the page of the key shows ten', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const values = Array.from(
      { length: 120 },
      (_, i) =>
        `('${newId(harness.now)}', '${i}', timestamptz '${new Date(harness.now + (i >> 1)).toISOString()}', '192.0.2.${i}')`,
    );
    await rowsOf(
      harness,
      `INSERT INTO audit_log (id, api_key_id, event, address, ${DEDUPE_KEY}, at)
       SELECT v.id, '${key.id}', 'webhook_tested', v.address, v.key, v.at FROM (VALUES ${values}) v(id, key, at, address)`,
    );
    const seen: string[] = [];
    let next: string | undefined = `/settings/api-access/${key.id}/history?kind=webhooks`;
    while (next) {
      const html = await (await open(harness, next, person.cookie)).text();
      seen.push(...[...html.matchAll(/192\.0\.2\.(\d+)/g)].map(([, n = '']) => n));
      next = /href="([^"]*cursor=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
    const pairs = seen.map((n) => Number(n) >> 1);
    expect(pairs).toEqual([...pairs].sort((a, b) => b - a));
    const page = await (await open(harness, `/settings/api-access/${key.id}`, person.cookie)).text();
    expect(page.match(/Webhook test sent/g)).toHaveLength(10);
    const strangers = await harness.newSession();
    await expect(await open(harness, `/settings/api-access/${key.id}/history`, strangers.cookie)).toHaveStatus(404);
    for (const query of ['kind=all', 'cursor=x']) {
      const refused = await open(harness, `/settings/api-access/${key.id}/history?${query}`, person.cookie);
      expect([query, refused.status]).toEqual([query, 400]);
    }
  });
});
