import { randomUUID } from 'node:crypto';
import { Redis } from '@upstash/redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultInput, faultSchema, type Scope } from '../../src/dev/emulator/faults.ts';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { RedisBackend } from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis, serveUpstashRest } from '../../src/dev/upstash-rest/index.ts';

const TOKEN = 'correct';

describe('faults of Upstash REST', () => {
  let backend: RedisBackend;
  let emulator: Emulator;
  let scope: Scope;
  let redis: Redis;

  beforeAll(async () => {
    backend = openEmbeddedRedis();
    emulator = await serveUpstashRest({ backend, token: TOKEN, port: 0 });
  });
  beforeEach(async () => {
    const name = randomUUID();
    scope = emulator.scopes.get(name);
    redis = new Redis({ url: emulator.url, token: `${TOKEN}.${name}`, retry: { retries: 0 } });
    await backend.call(['FLUSHALL']);
  });
  afterEach(() => scope.setFaults([]));
  afterAll(async () => {
    await emulator.close();
    await backend.close();
  });

  const arm = (fault: FaultInput) => scope.setFaults([faultSchema.parse(fault)]);
  const stored = () => backend.call(['GET', 'k']);

  it.each<[fault: FaultInput, executed: boolean]>([
    [{ kind: 'refuse' }, false],
    [{ kind: 'error' }, false],
    [{ kind: 'truncate' }, true],
    [{ kind: 'close' }, true],
  ])('%o fails the command', async (fault, executed) => {
    arm(fault);
    await expect(redis.set('k', 'v')).rejects.toThrow();
    expect(await stored()).toBe(executed ? 'v' : null);
    expect(scope.counters.get('requests')).toBe(1);
    expect(scope.counters.get('commands')).toBe(executed ? 1 : undefined);
  });

  it.each(['before', 'after'] as const)('a delay %s the execution only delays', async (when) => {
    arm({ kind: 'delay', when, ms: 20 });
    const start = performance.now();
    expect(await redis.set('k', 'v')).toBe('OK');
    // Timers may be early by a fraction of a millisecond.
    expect(performance.now() - start).toBeGreaterThan(19);
    expect(await stored()).toBe('v');
  });

  it.each([
    ['before', null],
    ['after', 'v'],
  ] as const)('a hang %s the execution holds until the faults are cleared', async (when, meanwhile) => {
    arm({ kind: 'hang', when });
    const answer = redis.set('k', 'v');
    await scope.untilHeld(1);
    expect(await stored()).toBe(meanwhile);
    scope.setFaults([]);
    expect(await answer).toBe('OK');
    expect(await stored()).toBe('v');
  });

  it('ends a hanging call at the signal of its caller', async () => {
    const aborter = new AbortController();
    const impatient = new Redis({ url: emulator.url, token: TOKEN, retry: false, signal: () => aborter.signal });
    const byDefault = emulator.scopes.get('default');
    byDefault.setFaults([faultSchema.parse({ kind: 'hang' })]);
    const answer = impatient.get('k');
    await byDefault.untilHeld(1);
    aborter.abort(new Error('too slow'));
    await expect(answer).rejects.toThrow('too slow');
    byDefault.setFaults([]);
  });

  it('applies only to matching requests, and only the given number of times', async () => {
    arm({ kind: 'refuse', match: 'victim', times: 2 });
    expect(await redis.get('other')).toBeNull();
    await expect(redis.get('victim')).rejects.toThrow();
    await expect(redis.get('victim')).rejects.toThrow();
    expect(await redis.get('victim')).toBeNull();
  });

  it('a lost answer makes the SDK send the command again', async () => {
    const retrying = new Redis({ url: emulator.url, token: TOKEN, retry: { retries: 1, backoff: () => 0 } });
    const byDefault = emulator.scopes.get('default');
    byDefault.setFaults([faultSchema.parse({ kind: 'close', times: 1 })]);
    expect(await retrying.incr('k')).toBe(2);
  });

  it('leaves other scopes alone', async () => {
    arm({ kind: 'refuse' });
    const other = new Redis({ url: emulator.url, token: `${TOKEN}.${randomUUID()}`, retry: false });
    expect(await other.set('k', 'v')).toBe('OK');
  });
});
