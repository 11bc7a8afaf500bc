import { fillKeys, removeFillers } from './database.ts';
import type { Latency } from './load.ts';
import type { Bench } from './measure.ts';
import type { Scenario } from './scenarios.ts';
import type { Seed } from './seed.ts';
import type { BenchServices } from './services.ts';

/** The latencies of whoami with so many keys in the table. */
export interface ScaleRow {
  readonly keys: number;
  readonly warm: Latency;
  readonly cold: Latency;
}

/** Measures warm and cold whoami, both services as fast as they can, over a small and a large table of keys. */
export async function measureScale(
  services: BenchServices,
  bench: Bench,
  options: {
    readonly seed: Seed;
    readonly warm: Scenario;
    readonly cold: Scenario;
    readonly sizes: readonly number[];
    readonly requests: number;
  },
): Promise<ScaleRow[]> {
  const { seed, warm, cold, sizes, requests } = options;
  const rows: ScaleRow[] = [];
  try {
    for (const size of sizes) {
      const keys = await fillKeys(services, seed.accountIds, size);
      // Once for the caches of the database, which a new size begins without.
      await bench.quiet(cold, requests);
      const ofCold = await bench.quiet(cold, requests);
      // A key's first whoami after a write reads its profile anew.
      await bench.quiet(warm, seed.keys.length);
      rows.push({ keys, cold: ofCold, warm: await bench.quiet(warm, requests) });
    }
    return rows;
  } finally {
    await removeFillers(services);
  }
}
