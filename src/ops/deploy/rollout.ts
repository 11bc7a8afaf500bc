/** Which versions get which share of the requests, in per cent. */
export type Traffic = readonly { readonly version: string; readonly percentage: number }[];

/**
 * Shares of a new version, in order; `smoke.ts` tests it after each. At 0 only requests that name its id reach it. 10
 * is enough to see errors in the log, and few enough to harm few.
 */
const SHARES = [0, 10, 100] as const;

/**
 * The version that a deployment falls back to: the one with the largest share. In a deployment cut short it is the old
 * one.
 */
export function mainVersion(traffic: Traffic): string {
  const [first, ...others] = traffic;
  if (!first) throw new Error('A deployment has at least one version.');
  return others.reduce((main, each) => (each.percentage > main.percentage ? each : main), first).version;
}

/** The steps in which a new version takes over. */
export function planRollout(previous: string, next: string): Traffic[] {
  return SHARES.map((percentage) => {
    const taken = { version: next, percentage };
    return percentage === 100 ? [taken] : [taken, { version: previous, percentage: 100 - percentage }];
  });
}

/** All to the version before. */
export function planRollback(previous: string): Traffic {
  return [{ version: previous, percentage: 100 }];
}
