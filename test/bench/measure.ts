import { setTimeout as delay } from 'node:timers/promises';
import { assertDue, DUE, type Subrequests } from './due.ts';
import { type Answered, type Latency, type LoadGenerator, median } from './load.ts';
import type { PreparedRequest } from './load-thread.ts';
import type { Scenario } from './scenarios.ts';
import type { Measurable } from './target.ts';

/** Few enough requests at a time that none waits for another. */
const QUIET_CONCURRENCY = 2;
const CPU_CONCURRENCY = 8;
/** Requests a second while CPU is measured: the same for every row, if the machine and the services are fast enough. */
export const CPU_RATE = 250;
/**
 * The largest share of the rate that a scenario can answer at which it gets requests, so that no request has to queue.
 */
const CPU_LOAD_MAX = 0.7;

/** Delays injected into the emulators, in milliseconds: a Redis in the same region, a Neon a little further. */
export const REDIS_DELAY_MS = 5;
export const NEON_DELAY_MS = 30;

export interface Sizes {
  /** Pairs of rounds (target, bare). */
  readonly rounds: number;
  /** Requests sent before anything is measured: for the JIT, connections, scripts. */
  readonly warmup: number;
  /** Requests of a latency pass. */
  readonly latency: number;
  /** Requests of a CPU round, by weight of the scenario. */
  readonly round: Readonly<Record<Scenario['weight'], number>>;
}

/**
 * The CPU of a workerd process; undefined if it cannot be read. A request costs more the fewer there are, since each
 * then finds colder caches: so the bare route is measured at the same concurrency and the same rate of requests.
 */
export interface Cpu {
  /** Median over the rounds. */
  readonly microsPerRequest: number;
  /** The bare route in the rounds between. */
  readonly bareMicrosPerRequest: number;
  /** Median, least and greatest of the pairs of rounds. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
}

export interface Row {
  readonly name: string;
  readonly subrequests: Subrequests;
  readonly cpu: Cpu | undefined;
  readonly quiet: Latency;
  readonly delayed: Latency;
}

/** Measures scenarios one by one, each against the bare route. */
export class Bench {
  readonly load: LoadGenerator;
  readonly bare: Measurable;
  readonly #sizes: Sizes;

  constructor(load: LoadGenerator, bare: Measurable, sizes: Sizes) {
    this.load = load;
    this.bare = bare;
    this.#sizes = sizes;
  }

  async measure(scenario: Scenario): Promise<Row> {
    const { warmup, latency } = this.#sizes;
    const { rate } = await this.#pass(scenario, warmup, CPU_CONCURRENCY);
    const { subrequests, quiet } = await this.counted(scenario, latency);
    const delayed = await this.underDelays(scenario, latency);
    const cpu = await this.#cpu(scenario, Math.min(rate * CPU_LOAD_MAX, CPU_RATE));
    return { name: scenario.name, subrequests, quiet, delayed, cpu };
  }

  /** Latencies while both services answer as fast as they can. */
  async quiet(scenario: Scenario, count: number): Promise<Latency> {
    return await this.#pass(scenario, count, QUIET_CONCURRENCY);
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
      return await this.#send(scenario, requests, QUIET_CONCURRENCY);
    } finally {
      await settled(scenario);
      await Promise.all([redis.setFaults(), neon.setFaults()]);
    }
  }

  /** What a pass asks of the services, and its latencies. @throws Error where it asks for anything but what is due */
  async counted(scenario: Scenario, count: number): Promise<{ subrequests: Subrequests; quiet: Latency }> {
    const { redis, neon } = scenario.target.controls;
    const requests = await scenario.prepare(count);
    await settled(scenario);
    await Promise.all([redis.reset(), neon.reset()]);
    const quiet = await this.#send(scenario, requests, QUIET_CONCURRENCY);
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
    return { quiet, subrequests };
  }

  async #cpu(scenario: Scenario, rate: number): Promise<Cpu | undefined> {
    const count = this.#sizes.round[scenario.weight];
    const pairs: { micros: number; bareMicros: number }[] = [];
    for (let round = 0; round < this.#sizes.rounds; round++) {
      const micros = await this.#cpuRound(scenario, count, rate);
      const bareMicros = await this.#cpuRound(rootScenario('', this.bare), count, rate);
      if (micros === undefined || bareMicros === undefined) return undefined;
      pairs.push({ micros, bareMicros });
    }
    const ratios = pairs.map(({ micros, bareMicros }) => micros / bareMicros);
    return {
      microsPerRequest: median(pairs.map(({ micros }) => micros)),
      bareMicrosPerRequest: median(pairs.map(({ bareMicros }) => bareMicros)),
      ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    };
  }

  /** CPU of one round in microseconds per request, with the work that is done after the answers. */
  async #cpuRound(scenario: Scenario, count: number, rate: number): Promise<number | undefined> {
    if (scenario.target.cpu() === undefined) return undefined;
    const requests = await scenario.prepare(count);
    await settled(scenario);
    const before = scenario.target.cpu();
    await this.#send(scenario, requests, CPU_CONCURRENCY, rate);
    await settled(scenario);
    const after = scenario.target.cpu();
    return before === undefined || after === undefined ? undefined : (after - before) / count;
  }

  async #pass(scenario: Scenario, count: number, concurrency: number): Promise<Answered> {
    return await this.#send(scenario, await scenario.prepare(count), concurrency);
  }

  #send(
    scenario: Scenario,
    requests: readonly PreparedRequest[],
    concurrency: number,
    rate?: number,
  ): Promise<Answered> {
    const { target, status } = scenario;
    return this.load.run({ url: target.url, status, requests, concurrency, rate });
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
