import { setTimeout as delay } from 'node:timers/promises';
import { assertDue, DUE, type Subrequests } from './due.ts';
import { type Latency, type LoadGenerator, median, type PreparedRequest } from './load.ts';
import type { Scenario } from './scenarios.ts';
import type { Measurable } from './target.ts';

/** Few enough requests at a time that none waits for another. */
export const QUIET_CONCURRENCY = 2;
/** Enough at a time that a workerd, or the services behind it, never wait for requests. */
const FULL_CONCURRENCY = 8;

/** Delays injected into the emulators, in milliseconds: a Redis in the same region, a Neon a little further. */
export const REDIS_DELAY_MS = 5;
export const NEON_DELAY_MS = 30;

export interface Sizes {
  /** Turns of four rounds: the row, its floor, its floor, the row. */
  readonly turns: number;
  /** Requests sent before anything is measured: for the JIT, connections, scripts. */
  readonly warmup: number;
  /** Requests of a latency pass. */
  readonly latency: number;
  /**
   * Requests of a round at full load, by weight of the scenario. V8 collects garbage every 16 MiB, which is every 3,500
   * requests without stores, 700 with Redis, and 100 to 400 with both (`heap.ts`): a round has several collections.
   */
  readonly round: Readonly<Record<Scenario['weight'], number>>;
}

/** The CPU of a workerd process at full load. */
export interface Cpu {
  /** Median over the rounds. */
  readonly microsPerRequest: number;
  /** The floor of the row, in the rounds between. */
  readonly floorMicrosPerRequest: number;
  /** Median, least and greatest of the pairs of rounds that follow each other. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
}

/** What routes are compared with, by the stores that they ask. */
export interface Floors {
  readonly bare: Scenario;
  readonly redis: Scenario;
  readonly both: Scenario;
}

/** What a request takes of the stores, beside {@link Subrequests}. */
export interface StoreWork {
  /** Bytes of bodies to and from both stores. */
  readonly bytes: number;
  /** Microseconds of Postgres, and of Redis, behind the emulators. */
  readonly neonMicros: number;
  readonly redisMicros: number;
}

export interface Row {
  readonly name: string;
  readonly subrequests: Subrequests;
  readonly work: StoreWork;
  /** Undefined where a process has no figure of it. */
  readonly cpu: Cpu | undefined;
  readonly quiet: Latency;
  readonly delayed: Latency;
}

/** Measures scenarios one by one, each against the bare route that asks the same stores. */
export class Bench {
  readonly #load: LoadGenerator;
  readonly #floors: Floors;
  readonly #sizes: Sizes;

  constructor(load: LoadGenerator, floors: Floors, sizes: Sizes) {
    this.#load = load;
    this.#floors = floors;
    this.#sizes = sizes;
  }

  async measure(scenario: Scenario): Promise<Row> {
    const { warmup, latency } = this.#sizes;
    await this.#fullLoad(scenario, await scenario.prepare(warmup));
    const { subrequests, work, quiet } = await this.counted(scenario, latency);
    const delayed = await this.underDelays(scenario, latency);
    const cpu = await this.#cpu(scenario);
    return { name: scenario.name, subrequests, work, quiet, delayed, cpu };
  }

  /** Latencies while both services answer as fast as they can. */
  async quiet(scenario: Scenario, count: number): Promise<Latency> {
    return await this.#time(scenario, await scenario.prepare(count));
  }

  /** The same while both services take their time, in ms. */
  async underDelays(
    scenario: Scenario,
    count: number,
    delays: { readonly redis: number; readonly neon: number } = { redis: REDIS_DELAY_MS, neon: NEON_DELAY_MS },
  ): Promise<Latency> {
    const { redis, neon } = scenario.target.controls;
    const requests = await scenario.prepare(count);
    await redis.setFaults({ kind: 'delay', ms: delays.redis });
    await neon.setFaults({ kind: 'delay', ms: delays.neon });
    try {
      return await this.#time(scenario, requests);
    } finally {
      await settled(scenario);
      await Promise.all([redis.setFaults(), neon.setFaults()]);
    }
  }

  /** What a pass asks of the services, and its latencies. @throws Error where it asks for anything but what is due */
  async counted(
    scenario: Scenario,
    count: number,
  ): Promise<{ subrequests: Subrequests; work: StoreWork; quiet: Latency }> {
    const { redis, neon } = scenario.target.controls;
    const requests = await scenario.prepare(count);
    await settled(scenario);
    await Promise.all([redis.reset(), neon.reset()]);
    const quiet = await this.#time(scenario, requests);
    await settled(scenario);
    const [inRedis, inNeon] = await Promise.all([redis.counters(), neon.counters()]);
    const perRequest = (counters: Record<string, number>, name: string) => (counters[name] ?? 0) / count;
    const subrequests = {
      redis: perRequest(inRedis, 'requests'),
      neon: perRequest(inNeon, 'requests'),
      commands: perRequest(inRedis, 'commands'),
      statements: perRequest(inNeon, 'statements'),
    };
    assertDue(scenario.name, subrequests, scenario.due);
    const [ofRedis, ofNeon] = await Promise.all([redis.work(), neon.work()]);
    const work = {
      bytes: (ofRedis.bytes + ofNeon.bytes) / count,
      redisMicros: ofRedis.micros / count,
      neonMicros: ofNeon.micros / count,
    };
    return { quiet, subrequests, work };
  }

  async #cpu(scenario: Scenario): Promise<Cpu | undefined> {
    const floor = this.#floorOf(scenario);
    const pairs: { micros: number; floorMicros: number }[] = [];
    for (let turn = 0; turn < this.#sizes.turns; turn++) {
      const first = await this.#cpuRound(scenario);
      const floors = [await this.#cpuRound(floor), await this.#cpuRound(floor)];
      const rounds = [first, await this.#cpuRound(scenario)];
      for (const [i, micros] of rounds.entries()) {
        const floorMicros = floors[i];
        if (micros === undefined || floorMicros === undefined) return undefined;
        pairs.push({ micros, floorMicros });
      }
    }
    const ratios = pairs.map(({ micros, floorMicros }) => micros / floorMicros);
    return {
      microsPerRequest: median(pairs.map(({ micros }) => micros)),
      floorMicrosPerRequest: median(pairs.map(({ floorMicros }) => floorMicros)),
      ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    };
  }

  #floorOf({ due }: Scenario): Scenario {
    // What many requests share is little of any one.
    if (due.sharedMs !== undefined || due.redis + due.neon === 0) return this.#floors.bare;
    return due.neon === 0 ? this.#floors.redis : this.#floors.both;
  }

  /** CPU of one round in microseconds per request, with the work that is done after the answers. */
  async #cpuRound(scenario: Scenario): Promise<number | undefined> {
    if (scenario.target.cpu() === undefined) return undefined;
    const requests = await scenario.prepare(this.#sizes.round[scenario.weight]);
    await settled(scenario);
    const before = scenario.target.cpu();
    await this.#fullLoad(scenario, requests);
    await settled(scenario);
    const after = scenario.target.cpu();
    return before === undefined || after === undefined ? undefined : (after - before) / requests.length;
  }

  #time({ target, status }: Scenario, requests: readonly PreparedRequest[]): Promise<Latency> {
    return this.#load.time({ url: target.url, status, requests, concurrency: QUIET_CONCURRENCY });
  }

  #fullLoad({ target, status }: Scenario, requests: readonly PreparedRequest[]): Promise<void> {
    return this.#load.send({ url: target.url, status, requests, concurrency: FULL_CONCURRENCY });
  }
}

/** `GET /` of a target without credentials. */
export function rootScenario(name: string, target: Measurable): Scenario {
  const request: PreparedRequest = { method: 'GET', path: '/', headers: {} };
  return {
    name,
    target,
    status: 200,
    weight: 'none',
    due: DUE.bare,
    prepare: async (count) => Array.from({ length: count }, () => request),
  };
}

const SETTLE_INTERVAL_MS = 25;

/** Resolves once a scenario's target calls no service any more: its background tasks are done. */
async function settled({ target: { controls }, weight, due }: Scenario): Promise<void> {
  if (weight === 'none') return;
  const asked = async () => {
    const counters = await Promise.all([controls.redis.counters(), controls.neon.counters()]);
    return counters.reduce((sum, { requests = 0 }) => sum + requests, 0);
  };
  for (let before = -1, now = await asked(); before !== now; now = await asked()) {
    before = now;
    await delay((due.sharedMs ?? 0) + SETTLE_INTERVAL_MS);
  }
}
