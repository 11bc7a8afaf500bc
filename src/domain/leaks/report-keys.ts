import type { Ctx } from '../context.ts';
import { announceRevocations } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { revokeFound } from './revoke-found.ts';
import { keyReportSchema } from './schemas.ts';
import { sendLeakMails } from './send-leak-mails.ts';

/**
 * Ends keys that somebody found, without an account. One statement whatever is reported; what only a live key needs follows
 * after the response, so that neither it nor its time tells whether a key lived.
 *
 * @throws ApiError `invalid_request`
 */
export async function reportKeys(ctx: Ctx, input: unknown): Promise<void> {
  const { keys, url } = parseInput(keyReportSchema, input);
  const { revoked } = await revokeFound(
    ctx,
    keys.map((key) => ({ key: key.trim(), url })),
  );
  if (revoked.length === 0) return;
  // Should Redis not hear, the sweep tells it.
  ctx.defer(announceRevocations(ctx, revoked).then(() => sendLeakMails(ctx)));
}
