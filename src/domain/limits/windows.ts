import {
  DAY_BUCKET_MS,
  DAY_WINDOW_MINUTES,
  MINUTE_WINDOW_MS,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
} from '../../config/limits.ts';

/** The windows that can refuse a request of a key (contract section 6). */
export type WindowName = 'minute' | 'day' | 'posts';

/** What the windows of one key remember. */
export interface Windows {
  /** When the requests of the last minute were admitted, unix ms, oldest first. */
  readonly minute: readonly number[];
  /** The same for `POST /api/posts`. */
  readonly posts: readonly number[];
  /** Requests admitted per minute (unix ms / 60,000) of the last day, oldest first; empty minutes are absent. */
  readonly day: ReadonlyArray<{ readonly bucket: number; readonly count: number }>;
}

export const EMPTY_WINDOWS: Windows = { minute: [], posts: [], day: [] };

/** The room of one window. */
export interface WindowRoom {
  /** Requests that it would still admit. */
  readonly remaining: number;
  /** When it frees its oldest request, unix ms. */
  readonly resetsAt: number;
}

/** How a request stands with its key's limits: the rolling minute, whose room `X-RateLimit-*` shows, and the others. */
export interface LimitStatus extends WindowRoom {
  readonly day: WindowRoom;
  /** Where the request counts in it, or asked for it. */
  readonly posts?: WindowRoom;
}

export type WindowsVerdict =
  | ({ readonly outcome: 'admitted'; readonly windows: Windows } & LimitStatus)
  | ({ readonly outcome: 'limited'; readonly window: WindowName; readonly retryAt: number } & LimitStatus);

/** A request, and the admissions that the windows do not know. */
export interface WindowsRequest {
  /** Unix ms. */
  readonly now: number;
  readonly countsPost: boolean;
  /** The window of posts is shown, though the request is none. */
  readonly showsPosts?: boolean;
  /** Requests that this isolate admitted while Redis was away, unix ms, oldest first; they count, and are not kept. */
  readonly uncounted?: readonly number[];
  /** Those of them that were a `POST /api/posts`. */
  readonly uncountedPosts?: readonly number[];
}

/**
 * Checks a request against all windows that apply to it, all or nothing: an admitted one counts in each, a
 * refused one in none. This is the rule; `data/scripts/authorize.ts` is the same rule where the windows live,
 * and a test holds the two together. `retryAt` (unix ms) is when every window that refuses has room again.
 */
export function checkWindows(windows: Windows, request: WindowsRequest): WindowsVerdict {
  // Another Worker's clock may be ahead of ours: never earlier than the newest admitted request.
  const now = Math.max(request.now, windows.minute.at(-1) ?? 0);
  const isInMinute = (time: number) => time > now - MINUTE_WINDOW_MS;
  const bucket = Math.floor(now / DAY_BUCKET_MS);
  const minute = windows.minute.filter(isInMinute);
  const looksAtPosts = request.countsPost || request.showsPosts === true;
  const posts = looksAtPosts ? windows.posts.filter(isInMinute) : windows.posts;
  const day = windows.day.filter((entry) => entry.bucket >= bucket - DAY_WINDOW_MINUTES);
  const allOfMinute = merge(minute, (request.uncounted ?? []).filter(isInMinute));
  const allPosts = merge(posts, (request.uncountedPosts ?? []).filter(isInMinute));

  const logs = { minute: allOfMinute, posts: allPosts, day };
  const full = fullWindows(logs, request.countsPost).sort((a, b) => b.retryAt - a.retryAt)[0];
  if (full) {
    const oldest = allOfMinute[0] ?? now - MINUTE_WINDOW_MS;
    const remaining = Math.max(0, REQUESTS_PER_MINUTE - allOfMinute.length);
    return {
      outcome: 'limited',
      ...full,
      remaining,
      resetsAt: oldest + MINUTE_WINDOW_MS,
      day: dayRoom(day, now),
      ...(looksAtPosts && { posts: postsRoom(allPosts, now) }),
    };
  }

  const newest = day.at(-1);
  const counted = newest?.bucket === bucket ? [...day.slice(0, -1), { bucket, count: newest.count + 1 }] : null;
  const after = counted ?? [...day, { bucket, count: 1 }];
  return {
    outcome: 'admitted',
    windows: { minute: [...minute, now], posts: request.countsPost ? [...posts, now] : posts, day: after },
    remaining: REQUESTS_PER_MINUTE - allOfMinute.length - 1,
    resetsAt: Math.min(allOfMinute[0] ?? now, now) + MINUTE_WINDOW_MS,
    day: dayRoom(after, now),
    ...(looksAtPosts && { posts: postsRoom(request.countsPost ? merge(allPosts, [now]) : allPosts, now) }),
  };
}

function dayRoom(day: Windows['day'], now: number): WindowRoom {
  const total = day.reduce((sum, { count }) => sum + count, 0);
  const resetsAt = day[0] ? (day[0].bucket + DAY_WINDOW_MINUTES + 1) * DAY_BUCKET_MS : now;
  return { remaining: Math.max(0, REQUESTS_PER_DAY - total), resetsAt };
}

function postsRoom(posts: readonly number[], now: number): WindowRoom {
  const remaining = Math.max(0, POSTS_PER_MINUTE - posts.length);
  return { remaining, resetsAt: posts[0] === undefined ? now : posts[0] + MINUTE_WINDOW_MS };
}

/** The windows without room, each with the time (unix ms) at which it has room again. */
function fullWindows({ minute, posts, day }: Windows, countsPost: boolean): { window: WindowName; retryAt: number }[] {
  const full: { window: WindowName; retryAt: number }[] = [];
  // The request that must leave first: where more were admitted than the limit has, a later one than the oldest.
  const lastMinute = minute[minute.length - REQUESTS_PER_MINUTE];
  if (lastMinute !== undefined) full.push({ window: 'minute', retryAt: lastMinute + MINUTE_WINDOW_MS });
  const lastPost = countsPost ? posts[posts.length - POSTS_PER_MINUTE] : undefined;
  if (lastPost !== undefined) full.push({ window: 'posts', retryAt: lastPost + MINUTE_WINDOW_MS });
  const total = day.reduce((sum, { count }) => sum + count, 0);
  if (day[0] !== undefined && total >= REQUESTS_PER_DAY) {
    full.push({ window: 'day', retryAt: (day[0].bucket + DAY_WINDOW_MINUTES + 1) * DAY_BUCKET_MS });
  }
  return full;
}

/** Two logs as one, oldest first. */
export function merge(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.length === 0 || b.length === 0 ? [...a, ...b] : [...a, ...b].sort((left, right) => left - right);
}
