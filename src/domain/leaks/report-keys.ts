import type { Ctx } from '../context.ts';
import { announceRevocations } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { revokeFound } from './revoke-found.ts';
import { keyReportSchema } from './schemas.ts';
import { sendLeakMails } from './send-leak-mails.ts';

/**
 * Revokes keys that a visitor found. One statement for any report; the work for an active key follows after the
 * response, so that neither the response nor its time reveals an active key.
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
