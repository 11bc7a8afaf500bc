import { createHash } from 'node:crypto';
import { DAY_BUCKET_MS, DAY_WINDOW_MINUTES, HOUR_MS } from '../../src/config/limits.ts';
import { AUTHORIZE } from '../../src/data/scripts/authorize.ts';
import type { RedisBackend } from '../../src/dev/upstash-rest/backend.ts';
import { openRedis } from '../../src/dev/upstash-rest/real.ts';
import { authorizeCall } from '../../src/domain/auth/authorize.ts';
import { encodeRecord, recordKey, windowsKey } from '../../src/domain/keys/index.ts';
import { addressToHex, parseCidr } from '../../src/lib/ip.ts';
import { RECORD } from '../support/app/key-record.ts';
import { median } from './load.ts';

/** What one call of the authorize script takes of Redis's one thread, by the allowlist of the key. */
export interface ScriptRow {
  readonly name: string;
  readonly micros: number;
}

const ENTRIES = 50;
const LISTS = [
  { name: 'no allowlist', entries: [], address: '203.0.113.7' },
  {
    name: `${ENTRIES} IPv4 networks`,
    entries: Array.from({ length: ENTRIES }, (_, i) => `${20 + i}.${i}.0.0/24`),
    address: '53.33.0.7',
  },
  {
    name: `${ENTRIES} IPv6 networks`,
    entries: Array.from({ length: ENTRIES }, (_, i) => `2a02:${0x1000 + i * 7}::/48`),
    address: '2a02:4327::7',
  },
] as const;

/** More than stay in the caches of a core. */
const KEYS = 300;
const ROUNDS = 7;
/** Calls sent at a time. */
const SENT_AT_ONCE = 100;
/** Requests that a key has made in the last minute. */
const IN_MINUTE = 10;

/**
 * Measures the script in a real Redis, which counts the time of its commands itself. The embedded one says nothing of
 * it: no rows.
 *
 * @param calls of a round
 */
export async function measureScript(calls: number, url = process.env.REDIS_URL): Promise<ScriptRow[]> {
  if (url === undefined) return [];
  const redis = await openRedis(url);
  // A plain Redis refuses this flag of Upstash's.
  const text = AUTHORIZE.text.replace(' flags=allow-key-locking', '');
  const sha1 = createHash('sha1').update(text).digest('hex');
  const hashes = Array.from({ length: KEYS }, (_, i) => `bench-script-${i}`);
  try {
    await redis.call(['SCRIPT', 'LOAD', text]);
    const rounds: ScriptRow[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const list of LISTS) rounds.push({ name: list.name, micros: await measureRound(list) });
    }
    return LISTS.map(({ name }) => {
      const ofList = rounds.filter((row) => row.name === name);
      return { name, micros: median(ofList.map(({ micros }) => micros)) };
    });
  } finally {
    await redis.call(['DEL', ...hashes.flatMap((hash) => [recordKey(hash), windowsKey(hash)])]);
    await redis.close();
  }

  async function measureRound({ entries, address }: (typeof LISTS)[number]): Promise<number> {
    const now = Date.now();
    const ranges = entries.flatMap((entry) => parseCidr(entry) ?? []);
    const record = encodeRecord({ ...RECORD, ranges, loadedAt: now });
    const windows = busyWindows(now, address);
    await redis.call(['MSET', ...hashes.flatMap((hash) => [recordKey(hash), record, windowsKey(hash), windows])]);
    await redis.call(['CONFIG', 'RESETSTAT']);
    for (let sent = 0; sent < calls; sent += SENT_AT_ONCE) {
      const batch = Array.from({ length: SENT_AT_ONCE }, (_, i) => {
        const { keys, args } = authorizeCall(now + sent + i, hashes[(sent + i) % KEYS] ?? '', {
          address: { text: address, hex: addressToHex(address) ?? '' },
          countsPost: false,
          changesProfile: false,
          uncounted: { minute: [], posts: [] },
        });
        return redis.call(['EVALSHA', sha1, String(keys.length), ...keys, ...args]);
      });
      const admitted = (await Promise.all(batch)).every((reply) => Array.isArray(reply) && reply[0] === 'admitted');
      if (!admitted) throw new Error(`the script refuses ${address}`);
    }
    return await microsPerCall(redis);
  }
}

/** The windows of a key that was used in each minute of the day (see `data/scripts/authorize.ts`). */
function busyWindows(now: number, address: string): string {
  const minute = Array.from({ length: IN_MINUTE }, (_, i) => now - (IN_MINUTE - i) * 1_000);
  const days = '1'.repeat(DAY_WINDOW_MINUTES + 1);
  const counts = `0${String(Math.floor(now / HOUR_MS)).padStart(7, '0')}00001${'0'.repeat(13)}`;
  return ['u1', now, address, minute.join(''), counts, Math.floor(now / DAY_BUCKET_MS), days.length, days].join('|');
}

async function microsPerCall(redis: RedisBackend): Promise<number> {
  const info = String(await redis.call(['INFO', 'commandstats']));
  const micros = /^cmdstat_evalsha:.*\busec_per_call=([\d.]+)/m.exec(info)?.[1];
  if (micros === undefined) throw new Error('Redis has not counted the calls of the script');
  return Number(micros);
}
