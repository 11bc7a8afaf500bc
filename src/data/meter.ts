/** The time of one request by store: `Server-Timing` and the log report it. */
export interface Lane {
  /** Subrequests made. */
  count: number;
  /** Milliseconds waited for them; concurrent waits add up. */
  ms: number;
}

type LaneName = 'redis' | 'db' | 'objects';

/** Counts the subrequests of one request to each store and the time spent waiting for them. */
export class Meter {
  readonly redis: Lane = { count: 0, ms: 0 };
  readonly db: Lane = { count: 0, ms: 0 };
  readonly objects: Lane = { count: 0, ms: 0 };

  /** A subrequest begins. Must be followed by {@link end}. @returns when, for that */
  begin(lane: LaneName): number {
    this[lane].count += 1;
    return performance.now();
  }

  /** The subrequest is over, whatever became of it. */
  end(lane: LaneName, started: number): void {
    this[lane].ms += performance.now() - started;
  }

  async measure<T>(lane: LaneName, subrequest: () => Promise<T>): Promise<T> {
    const started = this.begin(lane);
    try {
      return await subrequest();
    } finally {
      this.end(lane, started);
    }
  }
}
