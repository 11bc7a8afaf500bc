import { THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { newId } from '../../lib/id.ts';
import { addressSubject, isLinkToken, resetPasswordSchema, throttle, type Visitor } from '../accounts/index.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { announceRevocations, revokingAll } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import {
  accountOf,
  deleteSessionsOf,
  endLinks,
  ifUnproven,
  lockAccount,
  markProven,
  selectLink,
  updatePassword,
  useLink,
} from './store.ts';

/**
 * Sets a new password with the token of a mailed link. In the same transaction all sessions of the account end, all its
 * other links end, and its email address is proven. Its API keys are revoked if that is asked for, or if the address
 * was unproven until now: another person may have generated them.
 *
 * @throws ApiError `invalid_request` (the link was used or is too old), `rate_limit_exceeded`; `service_unavailable`
 * when only the revocations in Redis failed, which the sweep repeats
 */
export async function resetPassword(ctx: Ctx, visitor: Visitor, input: unknown): Promise<void> {
  const { token, password, revokeKeys } = parseInput(resetPasswordSchema, input);
  await throttle(ctx, [{ rule: THROTTLES.tokenAddress, subject: addressSubject(visitor.address) }]);
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const link = { hash: await sha256Hex(token), purpose: 'reset', use: newId(ctx.now), at } as const;
  // A hash is worked for no token but one that is good, or was until this very moment.
  const [found] = isLinkToken(token) ? await runSql(selectLink(db, link.hash)) : [];
  if (found?.purpose !== 'reset' || found.usedAt || found.expiresAt <= at) throw badLink();
  const hash = await (await ctx.ports.identity).hashPassword(password);

  const account = accountOf(link);
  const [used, , revoked] = await runSql(
    db.batch([
      useLink(db, link),
      lockAccount(db, account),
      ...revokingAll(ctx, revokeKeys ? account : ifUnproven(account), visitor.address),
      deleteSessionsOf(db, account),
      updatePassword(db, account, { id: newId(ctx.now), hash }, at),
      endLinks(db, account, at),
      markProven(db, account, at),
    ]),
  );
  if (used.length === 0) throw badLink();
  if (!(await announceRevocations(ctx, revoked)))
    throw new ApiError({ code: 'service_unavailable', why: 'revocations' });
}

const badLink = () => invalidField('token', 'this link was used already or is too old; ask for another');
