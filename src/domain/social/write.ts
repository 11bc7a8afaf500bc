import { ApiError } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';

/**
 * Runs what a person does: a repetition changes nothing and answers as it is now, with an `Idempotency-Key` as it was then.
 *
 * @throws ApiError `not_found` where the answer is NULL, `authentication_required` where the session ended meanwhile
 */
export async function writeAsPerson<T>(ctx: SessionCtx, write: Parameters<typeof writeOnce>[1]): Promise<Written<T>> {
  const written = await writeOnce(ctx, write);
  if (!written) throw new ApiError({ code: 'not_found' });
  return { ...written, value: JSON.parse(written.value) as T };
}
