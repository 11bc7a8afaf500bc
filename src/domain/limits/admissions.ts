import { MINUTE_WINDOW_MS, REQUESTS_PER_MINUTE } from '../../config/limits.ts';
import { checkWindows, EMPTY_WINDOWS, type LimitStatus, merge, type Windows, type WindowsVerdict } from './windows.ts';

/** A request that is sent to Redis to be counted. */
interface Sent {
  /** When, in unix ms. */
  readonly at: number;
  readonly isPost: boolean;
}

/**
 * The admissions of one key, as this isolate knows them: what it admitted itself, with Redis or without, and what Redis
 * last told of the others. While Redis comes and goes the limits hold over all of them together, so a store that comes
 * and goes opens no second minute (contract section 6). Plain data in memory; times are unix ms.
 */
export class Admissions {
  /** What this isolate admitted: the minute logs with and without Redis, the day log without. */
  #own: Windows = EMPTY_WINDOWS;
  /** The part of it that Redis has not counted, or may not have counted. */
  #uncounted: Pick<Windows, 'minute' | 'posts'> = EMPTY_WINDOWS;
  /** Requests of other isolates in the minute log of Redis, at the times at which they leave it at the latest. */
  #others: readonly number[] = [];
  /** Requests that the day of the key admitted after the last answer of Redis; none where there was no answer. */
  #dayRoom = 0;
  /**
   * Calls of Redis that have not answered: each may come to be an admission. Those of requests that the runtime has
   * ended, since their client has gone, never answer: they count for a minute, as an admission would.
   */
  readonly #sent = new Set<Sent>();

  /** The requests that Redis must weigh beside its own, since it has not counted them. */
  uncounted(now: number): Pick<Windows, 'minute' | 'posts'> {
    const isInMinute = (time: number) => time > now - MINUTE_WINDOW_MS;
    return { minute: this.#uncounted.minute.filter(isInMinute), posts: this.#uncounted.posts.filter(isInMinute) };
  }

  /** Begins a call of Redis. The answer must be given to {@link answered} or the failure to {@link failed}. */
  send(now: number, isPost: boolean): Sent {
    for (const earlier of this.#sent) if (earlier.at <= now - MINUTE_WINDOW_MS) this.#sent.delete(earlier);
    const sent = { at: now, isPost };
    this.#sent.add(sent);
    return sent;
  }

  /** Redis has decided. @param status as the script told it */
  answered(sent: Sent, now: number, isAdmitted: boolean, status: LimitStatus): void {
    this.#sent.delete(sent);
    if (isAdmitted) this.#own = withAdmission(this.#own, now, sent.isPost);
    const { minute } = within(this.#own, now);
    const others = Math.max(0, REQUESTS_PER_MINUTE - status.remaining - minute.length);
    this.#dayRoom = status.day.remaining;
    const oldest = status.resetsAt - MINUTE_WINDOW_MS;
    // Of the others Redis tells only when the oldest leaves; the rest may have come just now.
    this.#others = Array.from({ length: others }, (_, i) => (i === 0 && !minute.includes(oldest) ? oldest : now));
  }

  /** Redis has not decided: the key is unknown or refused, or the call failed. */
  failed(sent: Sent): void {
    this.#sent.delete(sent);
  }

  /**
   * Requests that the minute and the day of the key likely admit, the calls under way not among them. A guess: other
   * isolates may have used them since Redis last answered.
   */
  room(now: number): number {
    const isInMinute = (time: number) => time > now - MINUTE_WINDOW_MS;
    const used = [...this.#own.minute, ...this.#others].filter(isInMinute).length;
    const underWay = [...this.#sent].filter(({ at }) => isInMinute(at)).length;
    return Math.min(REQUESTS_PER_MINUTE - used, this.#dayRoom) - underWay;
  }

  /** Decides about a request without Redis, and counts it where it is admitted. */
  weighWithoutRedis(now: number, isPost: boolean, showsPosts = false): WindowsVerdict {
    const weighed = this.#weigh(now, isPost, showsPosts);
    if (weighed.outcome === 'limited') return weighed;
    const { day } = weighed.windows;
    this.#own = { ...withAdmission(this.#own, now, isPost), day };
    this.#uncounted = withAdmission({ ...this.uncounted(now), day: [] }, now, isPost);
    return weighed;
  }

  /** Takes an admission of {@link weighWithoutRedis} back, which another limiter has refused. */
  takeBack(now: number, isPost: boolean): void {
    this.#own = withoutAdmission(this.#own, now, isPost);
    this.#uncounted = withoutAdmission({ ...this.#uncounted, day: [] }, now, isPost);
  }

  #weigh(now: number, isPost: boolean, showsPosts: boolean): WindowsVerdict {
    const own = within(this.#own, now);
    const pending = [...this.#sent];
    const minute = merge(merge(own.minute, this.#others), timesOf(pending));
    const posts = merge(own.posts, timesOf(pending.filter((sent) => sent.isPost)));
    return checkWindows({ minute, posts, day: own.day }, { now, isPost, showsPosts });
  }
}

function timesOf(calls: readonly Sent[]): readonly number[] {
  return calls.map(({ at }) => at).sort((a, b) => a - b);
}

function within({ minute, posts, day }: Windows, now: number): Windows {
  const isInMinute = (time: number) => time > now - MINUTE_WINDOW_MS;
  return { minute: minute.filter(isInMinute), posts: posts.filter(isInMinute), day };
}

function withAdmission(windows: Windows, now: number, isPost: boolean): Windows {
  const { minute, posts, day } = within(windows, now);
  return { minute: merge(minute, [now]), posts: isPost ? merge(posts, [now]) : posts, day };
}

/** The day log keeps it: it errs on the safe side. */
function withoutAdmission({ minute, posts, day }: Windows, now: number, isPost: boolean): Windows {
  const without = (log: readonly number[]) => log.toSpliced(log.indexOf(now), log.includes(now) ? 1 : 0);
  return { minute: without(minute), posts: isPost ? without(posts) : posts, day };
}
