import { InFlight } from '../../lib/in-flight.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';

const inFlight = new InFlight<unknown>();

/**
 * Reads what visitors see under a path, at one statement however many ask at once. That there is nothing for them, the cache
 * says for a minute: made-up addresses cost no statement each.
 *
 * @param kept what the cache has for the path
 * @param read as somebody who is not signed in
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
