import { DUE, type Due, type Subrequests } from './due.ts';
import type { Latency } from './load.ts';
import type { Bench } from './measure.ts';
import { freshAddress } from './requests.ts';
import type { Scenario } from './scenarios.ts';
import type { BenchServices } from './services.ts';
import { startTarget } from './target.ts';

/** The cost of one count against an address. */
export interface ShieldRow {
  readonly name: string;
  readonly subrequests: Subrequests;
  readonly delayed: Latency;
}

/** Compares the two ways in which the flood shield could count: the Workers binding and `@upstash/ratelimit`. */
export async function compareShields(services: BenchServices, bench: Bench, requests: number): Promise<ShieldRow[]> {
  const target = await startTarget(services, { name: 'shield', entry: 'test/bench/rivals/shield.ts' });
  const scenario = (path: string, due: Due): Scenario => ({
    name: path,
    target,
    status: 200,
    weight: 'redis',
    due,
    prepare: async (count) =>
      Array.from({ length: count }, () => ({
        method: 'GET',
        path,
        headers: { 'CF-Connecting-IP': freshAddress() },
      })),
  });
  const row = async (name: string, path: string, due: Due): Promise<ShieldRow> => {
    const asked = scenario(path, due);
    await bench.quiet(asked, requests);
    const { subrequests } = await bench.counted(asked, requests);
    return { name, subrequests, delayed: await bench.underDelays(asked, requests) };
  };
  try {
    return [
      await row('Workers ratelimit binding', '/binding', DUE.shieldBinding),
      await row('@upstash/ratelimit slidingWindow, limit()', '/upstash', DUE.shieldUpstash),
    ];
  } finally {
    await target.close();
  }
}
