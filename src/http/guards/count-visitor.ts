import { VISITOR_WAIT_S } from '../../config/limits.ts';
import { ApiError } from '../../domain/api-error.ts';
import { addressBlock } from '../../lib/ip.ts';
import { clientAddress } from '../request/client-address.ts';
import type { RequestContext } from '../request/request-context.ts';

/**
 * Counts a request without a valid credential against its address, in the Workers binding: no network wait.
 *
 * @throws ApiError `rate_limit_exceeded`
 */
export async function countVisitor({ c, ctx }: RequestContext): Promise<void> {
  const address = clientAddress(c.req.raw.headers);
  // The edge tells every address. One count for all without one would let a single client stop the others.
  if (!address) return;
  const { success } = await ctx.ports.visitorLimiter.limit({ key: addressBlock(address.hex) });
  if (!success) throw new ApiError({ code: 'rate_limit_exceeded', window: 'visitors', retryAfter: VISITOR_WAIT_S });
}
