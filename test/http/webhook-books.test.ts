import { expect, inject, test } from 'vitest';
import operations from '../../src/OPERATIONS.md?raw';
import { Receiver } from '../support/app/receiver.ts';
import { localHarness, newWebhook, sweepOwn } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

const MINUTE = 60_000;

/** The one query that proves the books (`src/OPERATIONS.md`). */
const BOOKS =
  /```sql\n(SELECT o\.account_id, count\(\*\) AS owed[\s\S]+?)```/.exec(operations)?.[1] ?? 'there is no such SQL';

interface Books extends Record<string, unknown> {
  readonly owed: number;
  readonly delivered: number;
  readonly pending: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly notFannedOut: number;
  readonly missing: number;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test(
  'the books balance, whatever breaks at commit, enqueue, claim, send, answer, mark and acknowledgement',
  { timeout: 900_000 },
  async () => {
    const random = seeded(13);
    const chance = (probability: number) => random() < probability;
    const harness = localHarness();
    const consumers = [localHarness(), localHarness(), localHarness()];
    const receiver = new Receiver();
    const key = await harness.newKey();
    const account = { id: key.accountId, username: key.username };
    for (let i = 0; i < 5; i++) await newWebhook(harness, key, { url: receiver.url(`/${i}`) });
    const person = await harness.newSession({ account });
    const books = async () => {
      const [row] = await rowsOf<Books>(
        harness,
        `SELECT owed::int, delivered::int, pending::int, failed::int, cancelled::int, "notFannedOut"::int, missing::int
       FROM (${BOOKS}) books WHERE account_id = '${key.accountId}'`,
      );
      return row ?? { owed: 0, delivered: 0, pending: 0, failed: 0, cancelled: 0, notFannedOut: 0, missing: 0 };
    };
    const expectBalance = async () => {
      const { owed, delivered, pending, failed, cancelled, notFannedOut, missing } = await books();
      expect(missing).toBe(0);
      expect(delivered + pending + failed + cancelled + notFannedOut).toBe(owed);
    };

    /** Delivers messages in any order, some twice, some to a consumer with a fault, some never. */
    const handOver = async (isCalm: boolean) => {
      for (let round = 0; round < 4 && harness.wakes.length > 0; round++) {
        const wakes = harness.wakes.splice(0).flatMap((wake) => {
          if (!isCalm && chance(0.15)) return [];
          return !isCalm && chance(0.2) ? [wake, wake] : [wake];
        });
        wakes.sort(() => random() - 0.5);
        const batches: (typeof wakes)[] = [];
        while (wakes.length > 0) batches.push(wakes.splice(0, 1 + Math.floor(random() * 10)));
        for (let i = 0; i < batches.length; i += consumers.length) {
          await Promise.all(
            batches.slice(i, i + consumers.length).map(async (batch, n) => {
              const consumer = consumers[n];
              if (!consumer) return;
              consumer.now = harness.now;
              if (!isCalm) await consumer.neon.setFaults(...faultsOf());
              const queue = batch[0]?.queue ?? 'jestha-webhook-events';
              const result = await consumer.deliver(
                queue,
                batch.map(({ body }) => body),
              );
              // A message to retry is delivered again, and so are some acknowledged ones.
              if (result.retryMessages.length > 0 || (!isCalm && chance(0.1))) harness.wakes.push(...batch);
              harness.wakes.push(...consumer.wakes.splice(0));
            }),
          );
        }
      }
      for (const consumer of consumers) await consumer.neon.setFaults();
    };
    const faultsOf = () => {
      const kind = chance(0.5) ? ('refuse' as const) : ('close' as const);
      if (chance(0.15)) return [{ kind, match: 'SET claimed_until', times: 1 }];
      if (chance(0.2)) return [{ kind, match: 'INSERT INTO webhook_attempts', times: 1 + Math.floor(random() * 3) }];
      return chance(0.05) ? [{ kind: 'refuse' as const }] : [];
    };

    const events = inject('webhookEvents');
    const confirmed: string[] = [];
    for (let i = 0; i < events; i++) {
      harness.now += 7_000;
      const content = `Jes ${i}`;
      if (chance(0.1))
        await harness.neon.setFaults({
          kind: chance(0.5) ? 'refuse' : 'close',
          match: 'INSERT INTO outbox_events',
          times: 1,
        });
      const refused = chance(0.05) ? { jeHubId: '01HK153X000000000000000000' } : {};
      const response = await harness.fetch('/api/posts', { cookie: person.cookie, body: { content, ...refused } });
      if (response.status === 201) confirmed.push(content);
      await harness.neon.setFaults();
      // The queue was away.
      if (chance(0.1)) harness.wakes.pop();
      if (i % 20 !== 19) continue;
      await receiver.plan(
        ...Array.from({ length: 10 }, () => ({
          ...(chance(0.5) ? { kind: 'drop' as const } : { status: chance(0.5) ? 503 : 500 }),
          path: `/${Math.floor(random() * 5)}`,
          times: 1,
        })),
        ...(chance(0.2) ? [{ status: 502 }] : []),
      );
      await handOver(false);
      await expectBalance();
      if (chance(0.5)) await sweepOwn(harness, key);
    }

    await receiver.plan();
    for (let i = 0; i < 40; i++) {
      harness.now += i < 10 ? 40 * MINUTE : 9 * 60 * MINUTE;
      await sweepOwn(harness, key);
      await handOver(true);
      await expectBalance();
      const { pending, notFannedOut } = await books();
      if (pending + notFannedOut === 0) break;
    }

    const written = await rowsOf<{ id: string; content: string }>(
      harness,
      `SELECT id, data->>'content' AS content FROM outbox_events WHERE account_id = '${key.accountId}'`,
    );
    const contents = new Set(written.map(({ content }) => content));
    expect(confirmed.filter((content) => !contents.has(content))).toEqual([]);
    expect(await books()).toEqual({
      owed: written.length * 5,
      delivered: written.length * 5,
      pending: 0,
      failed: 0,
      cancelled: 0,
      notFannedOut: 0,
      missing: 0,
    });
    // Each endpoint saw every id at least once, and no id of a write that was rolled back.
    const ids = written.map(({ id }) => id).sort();
    const received = await receiver.received();
    for (let i = 0; i < 5; i++) {
      const seen = new Set(
        received.filter(({ path }) => path === `/${i}`).map(({ headers }) => headers['webhook-id'] ?? ''),
      );
      expect([...seen].sort()).toEqual(ids);
    }
  },
);
