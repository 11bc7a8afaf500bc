import { runSql } from '../../data/db.ts';
import type { SignedIn } from '../../data/identity.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { rememberBrowser } from './known-browser.ts';
import type { Entered } from './sign-in.ts';
import { selectProfile, undoDeletion } from './store.ts';
import { toClient, type Visitor } from './visitor.ts';

/**
 * Begins a sign-in with Google: returns the address for the browser and the cookies of the attempt.
 *
 * @param next our path to which it returns
 * @throws ApiError `not_found`: the deployment has no secrets for it
 */
export async function startGoogle(ctx: Ctx, visitor: Visitor, next: string) {
  if (!ctx.ports.hasGoogle) throw new ApiError({ code: 'not_found' });
  return await (await ctx.ports.identity).startGoogle(toClient(visitor), next);
}

/**
 * Takes Google's redirect back to us.
 *
 * @param query of the address, with its `?`
 * @throws ApiError `not_found`: the deployment has no secrets for it
 */
export async function finishGoogle(ctx: Ctx, visitor: Visitor, query: string) {
  if (!ctx.ports.hasGoogle) throw new ApiError({ code: 'not_found' });
  const { location, cookies, signedIn } = await (await ctx.ports.identity).finishGoogle(query, toClient(visitor));
  return { location, cookies, entered: signedIn && (await enter(ctx, visitor, signedIn)) };
}

async function enter(ctx: Ctx, visitor: Visitor, signedIn: SignedIn): Promise<Entered | undefined> {
  const { db } = ctx.ports;
  const { accountId } = signedIn;
  const [restored, [owner]] = await runSql(db.batch([undoDeletion(db, accountId), selectProfile(db, accountId)]));
  if (!owner) return undefined;
  const knownBrowser = await rememberBrowser(ctx, visitor, owner.email);
  return { ...signedIn, knownBrowser, isRestored: restored.length > 0 };
}
