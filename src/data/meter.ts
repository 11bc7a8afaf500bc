/** The time of one request by store: `Server-Timing` and the log report it. */
export interface Lane {
  /** Subrequests made. */
  count: number;
  /** Milliseconds waited for them; concurrent waits add up. */
  ms: number;
}

/** Counts the subrequests of one request to each store and the time spent waiting for them. */
export class Meter {
  readonly redis: Lane = { count: 0, ms: 0 };
  readonly db: Lane = { count: 0, ms: 0 };
  readonly objects: Lane = { count: 0, ms: 0 };

  async measure<T>(lane: 'redis' | 'db' | 'objects', subrequest: () => Promise<T>): Promise<T> {
    const started = performance.now();
    this[lane].count += 1;
    try {
      return await subrequest();
    } finally {
      this[lane].ms += performance.now() - started;
    }
  }
}
