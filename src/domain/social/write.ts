import { ApiError } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';

/**
 * Runs a write of a person. A repetition changes nothing and returns the current state; with an `Idempotency-Key` it
 * returns the stored response.
 *
 * @throws ApiError `not_found` if the answer is NULL, `authentication_required` if the session ended meanwhile
 */
export async function writeAsPerson<T>(ctx: SessionCtx, write: Parameters<typeof writeOnce>[1]): Promise<Written<T>> {
  const written = await writeOnce(ctx, write);
  if (!written) throw new ApiError({ code: 'not_found' });
  return { ...written, value: JSON.parse(written.value) as T };
}
