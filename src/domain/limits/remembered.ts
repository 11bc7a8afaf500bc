import { HOUR_MS, LIMITED_ASKED_AGAIN_MS, POSTS_PER_MINUTE, REQUESTS_PER_MINUTE } from '../../config/limits.ts';
import type { WindowRoom, WindowsRequest, WindowsVerdict } from './windows.ts';

export type Limited = Extract<WindowsVerdict, { readonly outcome: 'limited' }>;

/** Requests refused without Redis, which its usage counters do not know. */
export interface Throttled {
  /** When the UTC hour began in which they came, unix ms. */
  readonly hour: number;
  readonly count: number;
}

type Looks = Pick<WindowsRequest, 'countsPost' | 'showsPosts'>;

/**
 * The refusals of one key that cannot change back yet. A refused request counts nowhere, and while the minute or the
 * day is full nobody is admitted: the windows stand still until the first of their figures changes. Until then a repeat
 * has the same answer, whatever other isolates do. A full `posts` window lets other requests through, and beside a full
 * day the log of the minute empties, so these are not remembered. An isolate whose clock is behind refuses longer by
 * that much. Plain data in memory; times are unix ms.
 */
export class RememberedLimits {
  /** By what the request looks at: that decides which windows refuse, and which figures are shown. */
  readonly #kept = new Map<string, { readonly limited: Limited; readonly since: number; readonly until: number }>();
  #askAgainAt = 0;
  #throttled: Throttled | undefined;

  /** Redis has refused a request. @param expiresAt when the key expires: from then on the answer is another */
  note(now: number, looks: Looks, limited: Limited, expiresAt: number | null): void {
    const until = Math.min(changesAt(limited), expiresAt ?? Number.POSITIVE_INFINITY);
    if (until <= now) {
      this.#kept.delete(nameOf(looks));
      return;
    }
    this.#kept.set(nameOf(looks), { limited, since: now, until });
    this.#askAgainAt = Math.max(this.#askAgainAt, now + LIMITED_ASKED_AGAIN_MS);
  }

  /** Redis has given another answer than `limited`. */
  forget(): void {
    this.#kept.clear();
  }

  /**
   * The answer of Redis, where it is known. Undefined: ask Redis. Every {@link LIMITED_ASKED_AGAIN_MS} that is what one
   * request is told, and the others are refused while it asks: the key may have been revoked.
   */
  repeat(now: number, looks: Looks): Limited | undefined {
    const kept = this.#kept.get(nameOf(looks));
    // A request older than the answer may have seen figures that have left since.
    if (!kept || now < kept.since || now >= kept.until) return undefined;
    const hour = now - (now % HOUR_MS);
    const isOtherHour = this.#throttled !== undefined && this.#throttled.hour !== hour;
    if (now >= this.#askAgainAt || isOtherHour) {
      this.#askAgainAt = now + LIMITED_ASKED_AGAIN_MS;
      return undefined;
    }
    this.#throttled = { hour, count: (this.#throttled?.count ?? 0) + 1 };
    const { limited } = kept;
    return {
      ...limited,
      ...atNow(limited, REQUESTS_PER_MINUTE, now),
      ...(limited.posts && { posts: atNow(limited.posts, POSTS_PER_MINUTE, now) }),
    };
  }

  /** What a call of Redis that goes out must add to the usage counters. Where it fails, {@link giveBack} takes it. */
  takeThrottled(): Throttled | undefined {
    const taken = this.#throttled;
    this.#throttled = undefined;
    return taken;
  }

  giveBack(taken: Throttled): void {
    const since = this.#throttled;
    // Where an hour has passed since, the counters miss it: the newer count is kept.
    if (since && since.hour !== taken.hour) return;
    this.#throttled = { hour: taken.hour, count: taken.count + (since?.count ?? 0) };
  }
}

/** When the first figure of a refusal changes. */
function changesAt({ window, remaining, retryAt, day, posts }: Limited): number {
  if (window === 'posts' || (window === 'day' && remaining < REQUESTS_PER_MINUTE)) return 0;
  const isPostsEmpty = posts === undefined || posts.remaining === POSTS_PER_MINUTE;
  return Math.min(retryAt, day.resetsAt, isPostsEmpty ? Number.POSITIVE_INFINITY : posts.resetsAt);
}

/** An empty window resets now; the others stand still. */
function atNow({ remaining, resetsAt }: WindowRoom, limit: number, now: number): WindowRoom {
  return { remaining, resetsAt: remaining === limit ? Math.max(now, resetsAt) : resetsAt };
}

function nameOf({ countsPost, showsPosts }: Looks): string {
  return countsPost ? 'posts' : showsPosts ? 'show' : '';
}
