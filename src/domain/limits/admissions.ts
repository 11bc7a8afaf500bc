import { MINUTE_WINDOW_MS, REQUESTS_PER_MINUTE } from '../../config/limits.ts';
import { checkWindows, EMPTY_WINDOWS, type LimitStatus, merge, type Windows, type WindowsVerdict } from './windows.ts';

/** A request that is sent to Redis to be counted. */
interface Sent {
  /** When, in unix ms. */
  readonly at: number;
  readonly countsPost: boolean;
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

  /** The requests that Redis must count beside its own, since it has not counted them. */
  uncounted(now: number): Pick<Windows, 'minute' | 'posts'> {
    const { minute, posts } = this.#uncounted;
    // Unless Redis was away lately, there is none.
    if (minute.length === 0 && posts.length === 0) return EMPTY_WINDOWS;
    return { minute: inMinute(minute, now), posts: inMinute(posts, now) };
  }

  /** Begins a call of Redis. The answer must be given to {@link answered} or the failure to {@link failed}. */
  send(now: number, countsPost: boolean): Sent {
    for (const earlier of this.#sent) if (earlier.at <= now - MINUTE_WINDOW_MS) this.#sent.delete(earlier);
    const sent = { at: now, countsPost };
    this.#sent.add(sent);
    return sent;
  }

  /** Redis has decided. @param status as the script told it */
  answered(sent: Sent, now: number, isAdmitted: boolean, status: LimitStatus): void {
    this.#sent.delete(sent);
    this.#own = isAdmitted ? withAdmission(this.#own, now, sent.countsPost) : within(this.#own, now);
    const { minute } = this.#own;
    const others = Math.max(0, REQUESTS_PER_MINUTE - status.remaining - minute.length);
    this.#dayRoom = status.day.remaining;
    const oldest = status.resetsAt - MINUTE_WINDOW_MS;
    // Of the others Redis tells only when the oldest leaves; the rest may have come just now.
    this.#others =
      others === 0
        ? NO_OTHERS
        : Array.from({ length: others }, (_, i) => (i === 0 && !minute.includes(oldest) ? oldest : now));
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
    const used = countInMinute(this.#own.minute, now) + countInMinute(this.#others, now);
    let underWay = 0;
    for (const { at } of this.#sent) if (at > now - MINUTE_WINDOW_MS) underWay += 1;
    return Math.min(REQUESTS_PER_MINUTE - used, this.#dayRoom) - underWay;
  }

  /** Decides about a request without Redis, and counts it where it is admitted. */
  checkWithoutRedis(now: number, countsPost: boolean, showsPosts = false): WindowsVerdict {
    const verdict = this.#check(now, countsPost, showsPosts);
    if (verdict.outcome === 'limited') return verdict;
    const { day } = verdict.windows;
    this.#own = { ...withAdmission(this.#own, now, countsPost), day };
    this.#uncounted = withAdmission({ ...this.uncounted(now), day: [] }, now, countsPost);
    return verdict;
  }

  /** Takes an admission of {@link checkWithoutRedis} back, which another limiter has refused. */
  takeBack(now: number, countsPost: boolean): void {
    this.#own = withoutAdmission(this.#own, now, countsPost);
    this.#uncounted = withoutAdmission({ ...this.#uncounted, day: [] }, now, countsPost);
  }

  #check(now: number, countsPost: boolean, showsPosts: boolean): WindowsVerdict {
    const own = within(this.#own, now);
    const pending = [...this.#sent];
    const minute = merge(merge(own.minute, this.#others), timesOf(pending));
    const posts = merge(own.posts, timesOf(pending.filter((sent) => sent.countsPost)));
    return checkWindows({ minute, posts, day: own.day }, { now, countsPost, showsPosts });
  }
}

function timesOf(calls: readonly Sent[]): readonly number[] {
  return calls.map(({ at }) => at).sort((a, b) => a - b);
}

const NO_OTHERS: readonly number[] = [];

/** The times of a log, oldest first, that are in the minute before `now`. A log of which that is all is not copied. */
function inMinute(log: readonly number[], now: number): readonly number[] {
  const first = log.findIndex((time) => time > now - MINUTE_WINDOW_MS);
  if (first === 0) return log;
  return first < 0 ? NO_OTHERS : log.slice(first);
}

function countInMinute(log: readonly number[], now: number): number {
  let count = 0;
  for (const time of log) if (time > now - MINUTE_WINDOW_MS) count += 1;
  return count;
}

function within(windows: Windows, now: number): Windows {
  const { minute, posts, day } = windows;
  return { minute: inMinute(minute, now), posts: inMinute(posts, now), day };
}

function withAdmission(windows: Windows, now: number, countsPost: boolean): Windows {
  const { minute, posts, day } = within(windows, now);
  return { minute: withTime(minute, now), posts: countsPost ? withTime(posts, now) : posts, day };
}

/** A log and one more time, which is its newest unless clocks disagree. */
function withTime(log: readonly number[], time: number): readonly number[] {
  return time < (log.at(-1) ?? 0) ? merge(log, [time]) : [...log, time];
}

/** The day log keeps it: it errs on the safe side. */
function withoutAdmission({ minute, posts, day }: Windows, now: number, countsPost: boolean): Windows {
  const without = (log: readonly number[]) => log.toSpliced(log.indexOf(now), log.includes(now) ? 1 : 0);
  return { minute: without(minute), posts: countsPost ? without(posts) : posts, day };
}
