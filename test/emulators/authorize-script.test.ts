import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import * as scripts from '../../src/data/scripts/authorize.ts';
import { AUTHORIZE, REPLACE_RECORD } from '../../src/data/scripts/authorize.ts';
import { type Command, type RedisBackend, RedisError, type Reply } from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis } from '../../src/dev/upstash-rest/embedded.ts';
import { openRedis } from '../../src/dev/upstash-rest/real.ts';
import { ScriptedRedis } from '../../src/dev/upstash-rest/scripts.ts';
import { decodeRecord, encodeRecord, keyStatusOf } from '../../src/domain/keys/index.ts';
import { type HourCounts, hourCounts } from '../../src/domain/keys/usage-log.ts';
import { checkWindows, EMPTY_WINDOWS, type Windows, type WindowsVerdict } from '../../src/domain/limits/index.ts';
import { addressToHex, parseCidr } from '../../src/lib/ip.ts';
import { EARLIER_AUTHORIZE } from '../support/app/earlier-authorize.ts';
import { RECORD } from '../support/app/key-record.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

const backends = {
  'the embedded Redis': openEmbeddedRedis(),
  ...(process.env.TEST_REDIS_URL && { 'a real Redis': await openRedis(process.env.TEST_REDIS_URL) }),
};
afterAll(() => Promise.all(Object.values(backends).map((backend) => backend.close())));

/** Scripts as Upstash runs them: one that locks its keys may touch no other key. */
function upstash(backend: RedisBackend) {
  const scripted = new ScriptedRedis(backend);
  return {
    async call(command: Command): Promise<Reply> {
      const { outcome } = await scripted.call(command);
      if ('error' in outcome) throw new RedisError(outcome.error);
      return outcome.result;
    },
  };
}

/** Requests that come at the same time. */
interface Burst {
  /** Milliseconds since the previous burst; negative if another Worker's clock is behind. */
  readonly after: number;
  readonly countsPost: boolean;
  readonly times: number;
}

interface ScriptOptions {
  readonly address?: string;
  readonly hex?: string;
  readonly countsPost?: boolean;
  readonly isWrite?: boolean;
  /** Unix ms, oldest first. */
  readonly uncounted?: readonly number[];
  readonly uncountedPosts?: readonly number[];
  /** Requests refused from memory, and their hour. */
  readonly told?: { readonly count: number; readonly hour: number };
  /** By the script of the release before. */
  readonly isEarlier?: boolean;
}

/** The windows as stored in Redis (see the script). */
function encodeWindows(windows: Windows, lastUse: number): string {
  const newest = Math.max(...windows.day.map(({ bucket }) => bucket));
  const oldest = Math.min(...windows.day.map(({ bucket }) => bucket));
  const counts = new Map(windows.day.map(({ bucket, count }) => [bucket, count]));
  const log = Array.from({ length: newest - oldest + 1 }, (_, i) =>
    String.fromCharCode(48 + (counts.get(oldest + i) ?? 0)),
  );
  const total = windows.day.reduce((sum, { count }) => sum + count, 0);
  return ['u1', lastUse, '', windows.minute.join(''), windows.posts.join(''), newest, total, log.join('')].join('|');
}

/** The rooms of a decision as the script tells them. */
function roomsOf({ day, posts }: WindowsVerdict): string[] {
  return [String(day.remaining), String(day.resetsAt), String(posts?.remaining ?? ''), String(posts?.resetsAt ?? '')];
}

/** Gaps that reach every edge of every window. */
const after = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 3, arbitrary: fc.constantFrom(MINUTE - 1, MINUTE, MINUTE + 1, -1, -500, -MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(1_439, 1_440, 1_441, 1_442).map((minutes) => minutes * MINUTE) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000_000 }) },
);
/** Bursts that fill the windows. */
const times = fc.oneof(fc.constantFrom(1, 2, 11), fc.integer({ min: 20, max: 61 }));
const bursts = fc.array(fc.record({ after, countsPost: fc.boolean(), times }), { minLength: 1, maxLength: 6 });

/** The history of the key: nothing, or nearly all that a day allows. */
const past = fc.oneof(
  fc.constant(EMPTY_WINDOWS),
  fc.record({ rest: fc.integer({ min: 1, max: 40 }), ago: fc.integer({ min: 2, max: 1_274 }) }).map(({ rest, ago }) => {
    // 166 minutes with 60, and one before them with the rest: 9,961 to 10,000.
    const oldest = Math.floor(NOW / MINUTE) - ago - 166;
    const day = Array.from({ length: 167 }, (_, i) => ({ bucket: oldest + i, count: i === 0 ? rest : 60 }));
    return { minute: [], posts: [], day };
  }),
);

const EDGES = [
  '9.255.255.255',
  '10.0.0.0',
  '10.255.255.255',
  '11.0.0.0',
  '2001:db8::',
  '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
];

/** Allowlists whose ranges overlap, touch, repeat and hold nothing, and the addresses at their ends. */
const allowlist = fc
  .array(
    fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, bits]) => `${ip}/${bits}`),
      fc
        .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 22, max: 26 }))
        .map(([c, bits]) => `192.0.${c}.0/${bits}`),
      fc.integer({ min: 0, max: 9 }).map((last) => `2001:db8::${last}`),
      fc.constantFrom('::/0', '0.0.0.0/0', '255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unreadable'),
    ),
    { minLength: 1, maxLength: 50 },
  )
  .chain((entries) => {
    const ranges = entries.map((entry) => {
      const { lo, hi } = parseCidr(entry) ?? { lo: 'f'.repeat(32), hi: '0'.repeat(32) };
      return { lo, hi };
    });
    const ends = ranges.flatMap(({ lo, hi }) => [near(lo, -1n), lo, hi, near(hi, 1n)]);
    const inAnyFamily = fc.oneof(fc.ipV4(), fc.ipV6()).map((ip) => addressToHex(ip) ?? '0'.repeat(32));
    const address = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ends) }, { weight: 1, arbitrary: inAnyFamily });
    return fc.record({ ranges: fc.constant(ranges), addresses: fc.array(address, { minLength: 1, maxLength: 8 }) });
  });

/** The address so far from another; the first comes after the last. */
const near = (hex: string, by: bigint) =>
  BigInt.asUintN(128, BigInt(`0x${hex}`) + by)
    .toString(16)
    .padStart(32, '0');

/**
 * The search of Workers whose records are in no order: it must read ours, while both are deployed. ARGV: record,
 * address.
 */
const EARLIER_SEARCH = `#!lua flags=allow-key-locking
local ended, expiresAt, ranges = string.match(ARGV[1], '^k1|(%a*)|(%d*)|([%x,%-]*)|%d+|')
if not ended then return 'unreadable' end
for lo, hi in string.gmatch(ranges, '(%x+)%-(%x+)') do
  if lo <= ARGV[2] and ARGV[2] <= hi then return 1 end
end
return 0
`;

/** The ranges as those Workers read them. */
const earlierRanges = (record: string) =>
  (/^k1\|\|\|([0-9a-f,-]*)\|\d+\|/.exec(record)?.[1] ?? '').split(',').map((range) => range.split('-'));

function requestsOf(history: readonly Burst[]): { gap: number; countsPost: boolean }[] {
  return history.flatMap(({ after: gap, countsPost, times: count }) =>
    Array.from({ length: count }, (_, i) => ({ gap: i === 0 ? gap : 0, countsPost })),
  );
}

describe.each(Object.entries(backends))('the authorize script on %s', (name, backend) => {
  const redis = upstash(backend);
  let lastKey = 0;
  const nextHash = () => `${process.pid}-${lastKey++}`;

  function authorize(hash: string, now: number, options: ScriptOptions = {}) {
    const { address = '', hex = addressToHex(address) ?? '', countsPost = false, isWrite = false } = options;
    const { uncounted = [], uncountedPosts = [], told, isEarlier = false } = options;
    const who = [hex, address];
    const logs = [uncounted.join(''), uncountedPosts.join('')];
    const at = [String(now), ...who, countsPost ? 'posts' : ''];
    const write = isWrite ? 'write' : '';
    if (isEarlier) {
      const keys = [`key:${hash}`, `windows:${hash}`, `usage:${hash}:2026-11-24`];
      return redis.call(['EVAL', EARLIER_AUTHORIZE, '3', ...keys, ...at, '12', write, ...logs]);
    }
    const keys = [`key:${hash}`, `windows:${hash}`, `usage:${hash}`];
    const refused = told ? [String(told.count), String(told.hour)] : [];
    return redis.call(['EVAL', AUTHORIZE.text, '3', ...keys, ...at, write, ...logs, ...refused]);
  }
  const usageOf = async (hash: string) =>
    hourCounts(...((await redis.call(['MGET', `windows:${hash}`, `usage:${hash}`])) as [string | null, string | null]));
  const setRecord = (hash: string, record: string) => redis.call(['SET', `key:${hash}`, record]);

  test('agrees with the model, for any history', async () => {
    const record = encodeRecord(RECORD);
    const property = fc.asyncProperty(past, bursts, async (before, history: Burst[]) => {
      const hash = nextHash();
      await setRecord(hash, record);
      if (before !== EMPTY_WINDOWS) await redis.call(['SET', `windows:${hash}`, encodeWindows(before, NOW - 1)]);
      let model: Windows = before;
      let now = NOW;
      for (const { gap, countsPost } of requestsOf(history)) {
        now += gap;
        const verdict = checkWindows(model, { now, countsPost });
        const status = [record, String(verdict.remaining), String(verdict.resetsAt)];
        const reply = await authorize(hash, now, { countsPost });
        if (verdict.outcome === 'admitted') {
          expect(reply).toEqual(['admitted', ...status, '', '', ...roomsOf(verdict)]);
          model = verdict.windows;
        } else {
          // The next replies show that it consumed nothing.
          expect(reply).toEqual(['limited', ...status, verdict.window, String(verdict.retryAt), ...roomsOf(verdict)]);
        }
      }
    });
    await fc.assert(property, { numRuns: name === 'a real Redis' ? 300 : 30 });
  });

  test('answers the same beside Workers of the release before, whichever of them a request meets', async () => {
    const record = encodeRecord(RECORD);
    const mixed = fc.tuple(past, bursts, fc.infiniteStream(fc.boolean()));
    const property = fc.asyncProperty(mixed, async ([before, history, whom]) => {
      const hash = nextHash();
      await setRecord(hash, record);
      if (before !== EMPTY_WINDOWS) await redis.call(['SET', `windows:${hash}`, encodeWindows(before, NOW - 1)]);
      let model: Windows = before;
      let now = NOW;
      for (const { gap, countsPost } of requestsOf(history)) {
        now += gap;
        const verdict = checkWindows(model, { now, countsPost });
        const isEarlier = whom.next().value === true;
        const reply = (await authorize(hash, now, { countsPost, isEarlier })) as string[];
        const status = [record, String(verdict.remaining), String(verdict.resetsAt)];
        expect([...reply.slice(0, 4), ...reply.slice(6)]).toEqual([verdict.outcome, ...status, ...roomsOf(verdict)]);
        if (verdict.outcome === 'admitted') model = verdict.windows;
        else expect(reply.slice(4, 6)).toEqual([verdict.window, String(verdict.retryAt)]);
      }
    });
    await fc.assert(property, { numRuns: name === 'a real Redis' ? 200 : 20 });
  });

  test('counts each request in its hour, for 720 hours, with refusals that are told late', async () => {
    const HOUR = 60 * MINUTE;
    const record = encodeRecord(RECORD);
    const step = fc.record({
      hours: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
        { weight: 1, arbitrary: fc.constantFrom(31, 32, 33, 719, 720, 721) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_100 }) },
      ),
      times: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 55, max: 66 })),
      told: fc.option(
        fc.record({ count: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(70_000)), ago: fc.nat({ max: 40 }) }),
        { nil: undefined },
      ),
      isRevoked: fc.boolean(),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const hash = nextHash();
      const expected = new Map<number, [accepted: number, throttled: number]>();
      const add = (hour: number, accepted: number, throttled: number) => {
        const [a, t] = expected.get(hour) ?? [0, 0];
        expected.set(hour, [a + accepted, t + throttled]);
      };
      let now = NOW;
      for (const { hours, times: count, told, isRevoked } of steps) {
        now += hours * HOUR;
        const hour = Math.floor(now / HOUR);
        if (told) {
          const late = { count: told.count, hour: hour - told.ago };
          await setRecord(hash, isRevoked ? encodeRecord({ ...RECORD, revokedReason: 'user' }) : record);
          const [outcome] = (await authorize(hash, now, { told: late })) as string[];
          add(late.hour, 0, late.count);
          if (outcome === 'admitted') add(hour, 1, 0);
          if (outcome === 'limited') add(hour, 0, 1);
        }
        await setRecord(hash, record);
        for (let i = 0; i < count; i++) {
          const [outcome] = (await authorize(hash, now)) as string[];
          add(hour, outcome === 'admitted' ? 1 : 0, outcome === 'admitted' ? 0 : 1);
        }
      }
      const usage: HourCounts = await usageOf(hash);
      const newest = Math.floor(now / HOUR);
      for (let hour = newest - 719; hour <= newest; hour++) {
        const [accepted, throttled] = expected.get(hour) ?? [0, 0];
        expect([hour - newest, usage.of(hour)]).toEqual([hour - newest, { accepted, throttled }]);
      }
    });
    await fc.assert(property, { numRuns: name === 'a real Redis' ? 200 : 20 });
  });

  test('keeps the hours of a month of steady use in less than 1,500 characters', async () => {
    const hash = nextHash();
    await setRecord(hash, encodeRecord(RECORD));
    // 416 an hour are the 10,000 of a day.
    const hour = NOW / 3_600_000;
    const counted = (at: number) => `0${String(at).padStart(7, '0')}00416${'0'.repeat(13)}`;
    for (let i = 1; i <= 800; i++) {
      const now = NOW + i * 3_600_000;
      await redis.call(['SET', `windows:${hash}`, `u1|${NOW}|||${counted(hour + i - 1)}|0|0|0`]);
      await authorize(hash, now);
    }
    const usage = String(await redis.call(['GET', `usage:${hash}`]));
    expect(usage.length).toBeLessThan(1_500);
    const counts = await usageOf(hash);
    expect(counts.of(hour + 80)).toEqual({ accepted: 416, throttled: 0 });
    expect(counts.of(hour + 79)).toEqual({ accepted: 0, throttled: 0 });
  });

  test('counts requests that an isolate admitted without Redis, and does not keep them, as the model does', async () => {
    const record = encodeRecord(RECORD);
    const ago = fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 61 });
    const postsAgo = fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 12 });
    const property = fc.asyncProperty(ago, postsAgo, bursts, async (before, posts, history) => {
      const hash = nextHash();
      await setRecord(hash, record);
      const toLog = (times: number[]) => times.map((time) => NOW - time).sort();
      const known = { uncounted: toLog(before), uncountedPosts: toLog(posts) };
      let model: Windows = EMPTY_WINDOWS;
      let now = NOW;
      for (const { gap, countsPost } of requestsOf(history)) {
        now += gap;
        const verdict = checkWindows(model, { now, countsPost, ...known });
        const status = [record, String(verdict.remaining), String(verdict.resetsAt)];
        const reply = (await authorize(hash, now, { countsPost, ...known })) as string[];
        if (verdict.outcome === 'admitted') {
          expect([...reply.slice(0, 4), ...reply.slice(6)]).toEqual(['admitted', ...status, ...roomsOf(verdict)]);
          model = verdict.windows;
        } else {
          expect(reply).toEqual(['limited', ...status, verdict.window, String(verdict.retryAt), ...roomsOf(verdict)]);
        }
      }
    });
    // The other isolate's clock is ahead.
    const ahead: [number[], number[], Burst[]] = [[0], [], [{ after: -MINUTE, countsPost: false, times: 1 }]];
    await fc.assert(property, { numRuns: name === 'a real Redis' ? 100 : 15, examples: [ahead] });
  });

  test('reports "moved" if the previous request came from another address, or there was no previous one', async () => {
    const hash = nextHash();
    await setRecord(hash, encodeRecord(RECORD));
    const moved: unknown[] = [];
    for (const address of ['192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8::1', '192.0.2.1', '']) {
      moved.push(((await authorize(hash, NOW, { address })) as unknown[])[4]);
    }
    expect(moved).toEqual(['moved', '', 'moved', '', 'moved', 'moved']);
  });

  test('reports the time of the last write of the key, and keeps it with the windows', async () => {
    const hash = nextHash();
    await setRecord(hash, encodeRecord(RECORD));
    const lastWrites: unknown[] = [];
    for (const [after, isWrite] of [
      [0, false],
      [1, true],
      [2, false],
      [3, true],
      [4, true],
      [5, false],
    ] as const) {
      lastWrites.push(((await authorize(hash, NOW + after, { isWrite })) as unknown[])[5]);
    }
    expect(lastWrites).toEqual(['', '', String(NOW + 1), String(NOW + 1), String(NOW + 3), String(NOW + 4)]);
  });

  test('refuses a key by status and address as the model does', async () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('', 'nonsense', ...EDGES));
    const entry = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
      fc.constantFrom('10.0.0.0/8', '2001:db8::/32', '::/0', '0.0.0.0/0', ...EDGES),
    );
    const record = fc.record({
      revokedReason: fc.constantFrom(null, null, null, 'user' as const, 'leaked' as const),
      isSuspended: fc.boolean(),
      expiresAt: fc.constantFrom(null, NOW - 1, NOW, NOW + 1),
      ranges: fc.array(entry, { maxLength: 4 }).map((entries) =>
        entries.flatMap((text) => {
          const cidr = parseCidr(text);
          return cidr ? [{ lo: cidr.lo, hi: cidr.hi }] : [];
        }),
      ),
    });
    const property = fc.asyncProperty(record, address, async (part, ip) => {
      const hash = nextHash();
      const whole = { ...RECORD, ...part };
      await setRecord(hash, encodeRecord(whole));
      const keyStatus = keyStatusOf(whole, NOW, addressToHex(ip));
      const reply = (await authorize(hash, NOW, { address: addressToHex(ip) ? ip : '' })) as string[];
      expect(reply.slice(0, 2)).toEqual([keyStatus === 'active' ? 'admitted' : keyStatus, encodeRecord(whole)]);
      if (keyStatus !== 'active') {
        expect(await redis.call(['EXISTS', `windows:${hash}`, `usage:${hash}`])).toBe(0);
      }
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('finds an address in an allowlist as a look at each range does, also in a record of an earlier Worker', async () => {
    const property = fc.asyncProperty(allowlist, async ({ ranges, addresses }) => {
      const hash = nextHash();
      const record = encodeRecord({ ...RECORD, ranges });
      const asEarlier = record.replace(/\|,[^|]*\|/, `|${ranges.map(({ lo, hi }) => `${lo}-${hi}`).join(',')}|`);
      for (const hex of addresses) {
        const isInside = ranges.some(({ lo, hi }) => lo <= hex && hex <= hi);
        const outcome = isInside ? 'admitted' : 'ip_not_allowed';
        for (const text of [record, asEarlier]) {
          await setRecord(hash, text);
          const reply = (await authorize(hash, NOW, { hex })) as string[];
          expect([hex, ...reply.slice(0, 2)]).toEqual([hex, outcome, text]);
        }
        expect([hex, decodeRecord(record)?.ranges.some(({ lo, hi }) => lo <= hex && hex <= hi)]).toEqual([
          hex,
          isInside,
        ]);
        expect([hex, await redis.call(['EVAL', EARLIER_SEARCH, '0', record, hex])]).toEqual([hex, isInside ? 1 : 0]);
        expect([hex, earlierRanges(record).some(([lo = '', hi = '']) => lo <= hex && hex <= hi)]).toEqual([
          hex,
          isInside,
        ]);
      }
      await redis.call(['DEL', `windows:${hash}`]);
    });
    await fc.assert(property, { numRuns: name === 'a real Redis' ? 400 : 80 });
  });

  test.each([
    ['a range that is cut short', (record: string) => record.replace('-', '')],
    ['no end of the allowlist', (record: string) => record.replace(/(\|,[^|]*)\|\d+\|/, '$1')],
    ['no time at which it was read', (record: string) => record.replace(/\|\d+\|\{/, '||{')],
  ])('removes a record with %s', async (_, spoil) => {
    const hash = nextHash();
    await setRecord(hash, spoil(encodeRecord({ ...RECORD, ranges: [{ lo: '0'.repeat(32), hi: 'f'.repeat(32) }] })));
    expect(await authorize(hash, NOW, { address: '192.0.2.1' })).toEqual(['unreadable']);
    expect(await authorize(hash, NOW, { address: '192.0.2.1' })).toEqual(['miss']);
  });

  test('changes nothing for an unknown hash', async () => {
    const hash = nextHash();
    expect(await authorize(hash, NOW)).toEqual(['miss']);
    expect(await redis.call(['EXISTS', `key:${hash}`, `windows:${hash}`, `usage:${hash}`])).toBe(0);
  });

  test('replaces a record only if it is unchanged since it was read', async () => {
    const hash = nextHash();
    await setRecord(hash, 'old');
    const replace = (from: string, to: string) =>
      redis.call(['EVAL', REPLACE_RECORD.text, '1', `key:${hash}`, from, to, '60000']);
    expect(await replace('other', 'new')).toBe(0);
    expect(await redis.call(['GET', `key:${hash}`])).toBe('old');
    expect(await replace('old', 'new')).toBe(1);
    expect(await redis.call(['GET', `key:${hash}`])).toBe('new');
    expect(await redis.call(['PTTL', `key:${hash}`])).toBeGreaterThan(50_000);
    await redis.call(['DEL', `key:${hash}`]);
    expect(await replace('new', 'again')).toBe(0);
  });
});

test('every script locks its declared keys only, so that Upstash does not lock the whole database', () => {
  const texts = Object.values(scripts).flatMap((script) => (typeof script === 'object' ? [script.text] : []));
  expect(texts.length).toBeGreaterThanOrEqual(4);
  for (const text of texts) expect(text.split('\n', 1)).toEqual(['#!lua flags=allow-key-locking']);
});

describe('the model of the windows', () => {
  test('never admits more than a limit in any window, and admits again at the time it announces', () => {
    fc.assert(
      fc.property(past, bursts, (before, history: Burst[]) => {
        let windows: Windows = before;
        let now = NOW;
        const admitted: number[] = [];
        const posts: number[] = [];
        for (const { gap, countsPost } of requestsOf(history)) {
          now += Math.max(0, gap);
          const verdict = checkWindows(windows, { now, countsPost });
          if (verdict.outcome === 'limited') {
            expect(verdict.retryAt).toBeGreaterThan(now);
            expect(checkWindows(windows, { now: verdict.retryAt, countsPost }).outcome).toBe('admitted');
            expect(checkWindows(windows, { now: verdict.retryAt - 1, countsPost }).outcome).toBe('limited');
            continue;
          }
          windows = verdict.windows;
          admitted.push(now);
          if (countsPost) posts.push(now);
          const within = (times: number[], span: number) => times.filter((time) => time > now - span).length;
          expect(within(admitted, MINUTE)).toBeLessThanOrEqual(60);
          expect(within(posts, MINUTE)).toBeLessThanOrEqual(10);
          const earlier = before.day
            .filter(({ bucket }) => (bucket + 1) * MINUTE > now - 1_440 * MINUTE)
            .reduce((sum, { count }) => sum + count, 0);
          expect(within(admitted, 1_440 * MINUTE) + earlier).toBeLessThanOrEqual(10_000);
        }
      }),
      { numRuns: 500 },
    );
  });
});
