import { PUBLIC_CACHE_MS, PUBLIC_CACHE_TIMEOUT_MS } from '../config/limits.ts';
import type { ByteRange } from '../lib/range.ts';
import { inTime } from './in-time.ts';

/**
 * Answers that are the same for everybody, kept for a minute by the location of Cloudflare that made them. Cookies,
 * queries and request headers are not part of the key. A failing cache counts as a miss.
 */
export interface PublicCachePort {
  /** @param part of the body, which then comes with 206 @returns an answer younger than a minute */
  find(path: string, part?: ByteRange): Promise<Response | undefined>;
  /** @param answer with a `Content-Length`, or without a body */
  keep(path: string, answer: Response): Promise<void>;
  /** Forgets what this location has. Others have it until its minute is over. @param addresses paths or URLs */
  forget(addresses: readonly string[]): Promise<void>;
}

/** When the answer was made, by the clock of the rules: `Age` is by the cache's own. */
const MADE_AT = 'X-Jestha-Made-At';

/** @param origin of the pages, whichever host was asked @param now unix milliseconds */
export function connectPublicCache(origin: string, now: number): PublicCachePort {
  return {
    async find(path, part) {
      const headers: Record<string, string> = part
        ? { Range: `bytes=${part.offset}-${part.offset + part.length - 1}` }
        : {};
      const found = await orNothing(() => caches.default.match(new Request(origin + path, { headers })));
      const age = now - Number(found?.headers.get(MADE_AT) ?? Number.NaN);
      if (age >= 0 && age < PUBLIC_CACHE_MS) return found;
      await found?.body?.cancel();
      return undefined;
    },
    async keep(path, answer) {
      const kept = new Response(answer.body, answer);
      kept.headers.set('Cache-Control', `public, max-age=${PUBLIC_CACHE_MS / 1_000}`);
      kept.headers.set(MADE_AT, String(now));
      // No time-out: a video of 50 MB takes its time from the bucket to the cache.
      await caches.default.put(origin + path, kept).catch(() => undefined);
    },
    async forget(addresses) {
      const paths = addresses.map((address) => new URL(address, origin).pathname);
      await Promise.all(paths.map((path) => orNothing(() => caches.default.delete(origin + path))));
    },
  };
}

/** Scripts of operators run without a cache. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await inTime(ask(), PUBLIC_CACHE_TIMEOUT_MS, () => new Error('the cache does not answer'));
  } catch {
    return undefined;
  }
}
