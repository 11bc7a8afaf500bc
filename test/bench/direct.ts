import { AUTHORIZE } from '../../src/data/scripts/authorize.ts';
import { authorizeCall } from '../../src/domain/auth/authorize.ts';
import { sha1Hex } from '../../src/lib/hash.ts';
import { DUE, type Due } from './due.ts';
import { KeyRing } from './requests.ts';
import type { Scenario } from './scenarios.ts';
import type { Seed, SeededKey } from './seed.ts';
import type { BenchServices } from './services.ts';
import type { Measurable } from './target.ts';

/** The call of Redis that a request with a warm key makes, for requests that do nothing else. */
export interface RedisCall {
  /** So many calls, each with a key of its own, as bodies of requests to Redis. */
  commands(count: number): string[];
}

export async function redisCall(services: BenchServices, seed: Seed): Promise<RedisCall> {
  const ring = new KeyRing(seed.keys);
  const command = (name: string, script: string, { hash }: SeededKey) => {
    const { keys, args } = authorizeCall(Date.now(), hash, {
      address: undefined,
      countsPost: false,
      changesProfile: false,
      uncounted: { minute: [], posts: [] },
    });
    return [name, script, String(keys.length), ...keys, ...args];
  };
  // Runs the script once by its text, so that Redis knows its hash.
  await services.redis(ring.take(1).map((key) => command('EVAL', AUTHORIZE.text, key)));
  const sha1 = await sha1Hex(AUTHORIZE.text);
  return { commands: (count) => ring.take(count).map((key) => JSON.stringify(command('EVALSHA', sha1, key))) };
}

/** The call sent straight to the emulator: what of a request's time is Redis and its delay, and not ours. */
export function directScenario(services: BenchServices, call: RedisCall): Scenario {
  const scope = 'direct';
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = services.secretsFor(scope);
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return {
    name: 'the same call of Redis, without a Worker',
    target: { url, controls: services.controlsFor(scope), cpu: () => undefined },
    status: 200,
    weight: 'redis',
    due: DUE.direct,
    prepare: async (count) => call.commands(count).map((body) => ({ method: 'POST', path: '/', headers, body })),
  };
}

/** A bare route that makes the call, and asks Neon beside it if that is due: the floor of routes that do. */
export function floorScenario(target: Measurable, call: RedisCall, due: Due): Scenario {
  const withNeon = due.neon > 0;
  return {
    name: `a bare Hono route with the same call of Redis${withNeon ? ', and SELECT 1' : ''}`,
    target,
    status: 200,
    weight: withNeon ? 'sql' : 'redis',
    due,
    prepare: async (count) =>
      call.commands(count).map((command) => ({
        method: 'GET',
        path: '/',
        headers: { 'X-Command': command, ...(withNeon && { 'X-Statement': '1' }) },
      })),
  };
}
