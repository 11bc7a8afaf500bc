import { THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { newId } from '../../lib/id.ts';
import { addressSubject, isLinkToken, newLink, throttle, type Visitor } from '../accounts/index.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx, SessionActor } from '../context.ts';
import { announceRevocations, revokingAll } from '../keys/index.ts';
import {
  accountOf,
  deleteCredentialsOf,
  deleteSessionsOf,
  endLinks,
  ifUnproven,
  insertLink,
  lockAccount,
  markProven,
  selectLink,
  useLink,
} from './store.ts';

/** The outcome of using a link to confirm an email address. */
export type Verification =
  /** The address is proven, by a session of its account: nothing ended. */
  | { readonly outcome: 'confirmed' }
  /**
   * The address is proven, by a browser without a session of its account. Another person may have signed up, so their
   * sessions, password and keys have ended. With the token the owner chooses a password.
   */
  | { readonly outcome: 'taken_over'; readonly resetToken: string }
  /** The link was used before. */
  | { readonly outcome: 'used' }
  /** The link was mailed for another account than the one that is signed in here; nothing changed. */
  | { readonly outcome: 'other_account' }
  /** The link is too old, or not one of ours. */
  | { readonly outcome: 'invalid' };

/**
 * Uses the link that confirms an email address.
 *
 * @param session of the browser, if any
 * @throws ApiError `rate_limit_exceeded`; `service_unavailable` when only the revocation in Redis failed
 */
export async function verifyEmail(
  ctx: Ctx,
  visitor: Visitor,
  token: string,
  session: SessionActor | undefined,
): Promise<Verification> {
  await throttle(ctx, [{ rule: THROTTLES.tokenAddress, subject: addressSubject(visitor.address) }]);
  if (!isLinkToken(token)) return { outcome: 'invalid' };
  const hash = await sha256Hex(token);
  return (
    (await (session ? confirm(ctx, hash, session) : takeOver(ctx, visitor, hash))) ??
    (await explain(ctx, hash, session))
  );
}

/** Undefined if the link does not work for this session. */
async function confirm(ctx: Ctx, hash: string, session: SessionActor): Promise<Verification | undefined> {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const link = { hash, purpose: 'verification', use: newId(ctx.now), at } as const;
  const [used] = await runSql(db.batch([useLink(db, link, session), markProven(db, accountOf(link), at)]));
  return used.length > 0 ? { outcome: 'confirmed' } : undefined;
}

/** Undefined if the link does not work any more. */
async function takeOver(ctx: Ctx, visitor: Visitor, hash: string): Promise<Verification | undefined> {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const link = { hash, purpose: 'verification', use: newId(ctx.now), at } as const;
  const reset = await newLink(ctx, 'reset');
  const account = accountOf(link);
  const taken = ifUnproven(account);
  const [used, [before], revoked] = await runSql(
    db.batch([
      useLink(db, link),
      lockAccount(db, account),
      ...revokingAll(ctx, taken, visitor.address),
      deleteSessionsOf(db, taken),
      deleteCredentialsOf(db, taken),
      endLinks(db, taken, at),
      insertLink(db, taken, reset.row),
      markProven(db, account, at),
    ]),
  );
  if (used.length === 0) return undefined;
  if (before?.emailVerified) return { outcome: 'confirmed' };
  if (!(await announceRevocations(ctx, revoked)))
    throw new ApiError({ code: 'service_unavailable', why: 'revocations' });
  return { outcome: 'taken_over', resetToken: reset.token };
}

/** Why a link does not work. */
async function explain(ctx: Ctx, hash: string, session: SessionActor | undefined): Promise<Verification> {
  const [link] = await runSql(selectLink(ctx.ports.db, hash));
  if (link?.purpose !== 'verification' || link.expiresAt.getTime() <= ctx.now) return { outcome: 'invalid' };
  if (link.usedAt) return { outcome: 'used' };
  return { outcome: session ? 'other_account' : 'invalid' };
}
