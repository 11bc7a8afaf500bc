import type { Bench } from './measure.ts';
import type { Scenario } from './scenarios.ts';

/** Round trips of callers to the edge, in ms. */
export const CALLERS_MS = [5, 40, 120, 200] as const;
/** A round trip to the stores from a Worker that stands beside them, in ms. */
export const BESIDE_MS = 2;
/** Round trips from the edge to the stores, in ms: another continent, the other end of the world. */
const APART_MS = [90, 180] as const;
/** An isolate that has measured the distance: its first requests have not. */
const FIRST_REQUESTS = 8;

/** The p50 of one request, in ms, without the caller's own distance. */
export interface PlacementRow {
  readonly name: string;
  /** The round trip between the edge and the stores. */
  readonly apartMs: number;
  /** From the edge to a Worker beside the stores, and from there to the stores. */
  readonly placed: number;
  /** From a Worker at the edge to the stores. */
  readonly atTheEdge: number;
}

/** Measures requests with the stores beside the Worker and far away from it. */
export async function measurePlacement(
  bench: Bench,
  scenarios: readonly Scenario[],
  requests: number,
): Promise<PlacementRow[]> {
  const p50 = async (scenario: Scenario, ms: number) => {
    const delays = { redis: ms, neon: ms };
    await bench.underDelays(scenario, FIRST_REQUESTS, delays);
    return (await bench.underDelays(scenario, requests, delays)).p50;
  };
  const rows: PlacementRow[] = [];
  for (const scenario of scenarios) {
    const beside = await p50(scenario, BESIDE_MS);
    for (const apartMs of APART_MS) {
      const atTheEdge = await p50(scenario, apartMs);
      rows.push({ name: scenario.name, apartMs, placed: apartMs + beside, atTheEdge });
    }
  }
  return rows;
}
