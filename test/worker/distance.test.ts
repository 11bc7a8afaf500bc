import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetRecord } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { withContext } from '../../src/ops/context.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

/**
 * Round trips in milliseconds, from another continent to the other end of the world. Nearer, a loaded machine decides.
 */
const DISTANCES = [90, 150, 250];

let workers: Workers;
beforeAll(async () => {
  workers = await startWorkers(DISTANCES.length + 2);
  // The scripts travel once in the life of a Redis.
  await whoami(DISTANCES.length + 1, await coldKey());
}, 180_000);
afterAll(() => workers.close());

/** A key whose record is not in Redis. */
async function coldKey(): Promise<string> {
  const { key } = await makeKey(workers.secrets);
  const hash = await sha256Hex(key);
  await withContext(workers.secrets, Date.now(), (ctx) => forgetRecord(ctx, hash));
  return key;
}

/** Asks an instance; each is an isolate that has measured nothing before. */
async function whoami(instance: number, key: string) {
  const response = await fetch(`${workers.urls[instance]}/api/auth/me`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  await response.arrayBuffer();
  return {
    status: response.status,
    degraded: response.headers.get('X-Jestha-Degraded'),
    redis: /redis;dur=[\d.]+;desc="(\d+)"/.exec(response.headers.get('Server-Timing') ?? '')?.[1],
  };
}

test.each(
  DISTANCES.map((ms, instance) => [ms, instance] as const),
)('a Redis %d ms away decides about a cold key', async (ms, instance) => {
  const keys = [await coldKey(), await coldKey()];
  await workers.upstash.setFaults({ kind: 'delay', ms });
  for (const key of keys) {
    expect(await whoami(instance, key)).toEqual({ status: 200, degraded: null, redis: '2' });
    expect(await whoami(instance, key)).toEqual({ status: 200, degraded: null, redis: '1' });
  }
});

test('a Redis that hangs is left, also by an isolate that does not know how far away it is', async () => {
  const key = await coldKey();
  await workers.upstash.setFaults({ kind: 'hang' });
  expect(await whoami(DISTANCES.length, key)).toEqual({ status: 200, degraded: 'limits', redis: '1' });
  await workers.upstash.setFaults();
});
