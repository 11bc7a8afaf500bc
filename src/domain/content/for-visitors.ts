import { InFlight } from '../../lib/in-flight.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';

const inFlight = new InFlight<unknown>();

/**
 * Reads the public content of a path, at one statement for any number of visitors at once. The cache keeps a 404 for a
 * minute, so that each made-up address costs at most one statement a minute.
 *
 * @param kept the entry of the cache for the path
 * @param read as a visitor
 * @throws ApiError `not_found`
 */
export async function readForVisitors<T>(
  ctx: Ctx,
  path: string,
  kept: Response | undefined,
  read: () => Promise<T>,
): Promise<T> {
  if (kept) throw new ApiError({ code: 'not_found' });
  try {
    // One path is always read in one way.
    return (await inFlight.share(path, ctx.defer, read)) as T;
  } catch (error) {
    if (error instanceof ApiError && error.reason.code === 'not_found') {
      ctx.defer(ctx.ports.publicCache.keep(path, new Response(null, { status: 404 })));
    }
    throw error;
  }
}
