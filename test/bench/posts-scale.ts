import { fillPosts, removeFillerPosts } from './database.ts';
import type { Latency } from './load.ts';
import type { Bench } from './measure.ts';
import type { Scenario } from './scenarios.ts';
import type { BenchServices } from './services.ts';

/** The latencies of requests with so many Jes, and as many comments, in the tables. */
export interface PostsScaleRow {
  readonly posts: number;
  readonly latencies: readonly { readonly name: string; readonly latency: Latency }[];
}

/** Measures scenarios, both services as fast as they can, over small and large tables of Jes and comments. */
export async function measurePostsScale(
  services: BenchServices,
  bench: Bench,
  options: {
    readonly accountIds: readonly string[];
    readonly scenarios: readonly Scenario[];
    readonly sizes: readonly number[];
    readonly requests: number;
  },
): Promise<PostsScaleRow[]> {
  const { accountIds, scenarios, sizes, requests } = options;
  const rows: PostsScaleRow[] = [];
  try {
    for (const size of sizes) {
      const posts = await fillPosts(services, accountIds, size);
      const latencies: { name: string; latency: Latency }[] = [];
      for (const scenario of scenarios) {
        // Once for the caches of the database, which a new size begins without.
        await bench.quiet(scenario, requests);
        latencies.push({ name: scenario.name, latency: await bench.quiet(scenario, requests) });
      }
      rows.push({ posts, latencies });
    }
    return rows;
  } finally {
    await removeFillerPosts(services);
  }
}
