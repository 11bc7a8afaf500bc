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

/** How a request stands with its key's limits; what `X-RateLimit-*` is made of. */
export interface LimitStatus {
  /** Requests left in the rolling minute. */
  readonly remaining: number;
  /** When the minute window frees its oldest request, unix ms. */
  readonly resetsAt: number;
}

export type Weighed =
  | ({ readonly outcome: 'admitted'; readonly windows: Windows } & LimitStatus)
  | ({ readonly outcome: 'limited'; readonly window: WindowName; readonly retryAt: number } & LimitStatus);

/**
 * Weighs a request against all windows that apply to it, all or nothing: an admitted one counts in each, a
 * refused one in none. This is the rule; `data/scripts/authorize.ts` is the same rule where the windows live,
 * and a test holds the two together. `retryAt` (unix ms) is when every window that refuses has room again.
 */
export function weigh(windows: Windows, request: { readonly now: number; readonly isPost: boolean }): Weighed {
  // Another Worker's clock may be ahead of ours: never earlier than the newest admitted request.
  const now = Math.max(request.now, windows.minute.at(-1) ?? 0);
  const bucket = Math.floor(now / DAY_BUCKET_MS);
  const minute = windows.minute.filter((time) => time > now - MINUTE_WINDOW_MS);
  const posts = request.isPost ? windows.posts.filter((time) => time > now - MINUTE_WINDOW_MS) : windows.posts;
  const day = windows.day.filter((entry) => entry.bucket >= bucket - DAY_WINDOW_MINUTES);

  const full = fullWindows({ minute, posts, day }, request.isPost).sort((a, b) => b.retryAt - a.retryAt)[0];
  if (full) {
    const oldest = minute[0] ?? now - MINUTE_WINDOW_MS;
    const status = { remaining: REQUESTS_PER_MINUTE - minute.length, resetsAt: oldest + MINUTE_WINDOW_MS };
    return { outcome: 'limited', ...full, ...status };
  }

  const newest = day.at(-1);
  const counted = newest?.bucket === bucket ? [...day.slice(0, -1), { bucket, count: newest.count + 1 }] : null;
  return {
    outcome: 'admitted',
    windows: {
      minute: [...minute, now],
      posts: request.isPost ? [...posts, now] : posts,
      day: counted ?? [...day, { bucket, count: 1 }],
    },
    remaining: REQUESTS_PER_MINUTE - minute.length - 1,
    resetsAt: (minute[0] ?? now) + MINUTE_WINDOW_MS,
  };
}

/** The windows without room, each with the time (unix ms) at which it has room again. */
function fullWindows({ minute, posts, day }: Windows, isPost: boolean): { window: WindowName; retryAt: number }[] {
  const full: { window: WindowName; retryAt: number }[] = [];
  if (minute[0] !== undefined && minute.length >= REQUESTS_PER_MINUTE) {
    full.push({ window: 'minute', retryAt: minute[0] + MINUTE_WINDOW_MS });
  }
  if (isPost && posts[0] !== undefined && posts.length >= POSTS_PER_MINUTE) {
    full.push({ window: 'posts', retryAt: posts[0] + MINUTE_WINDOW_MS });
  }
  const total = day.reduce((sum, { count }) => sum + count, 0);
  if (day[0] !== undefined && total >= REQUESTS_PER_DAY) {
    full.push({ window: 'day', retryAt: (day[0].bucket + DAY_WINDOW_MINUTES + 1) * DAY_BUCKET_MS });
  }
  return full;
}
