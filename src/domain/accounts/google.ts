import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { rememberBrowser } from './known-browser.ts';
import type { Entered } from './sign-in.ts';
import { selectProfile } from './store.ts';
import { toClient, type Visitor } from './visitor.ts';

/**
 * Where to send the browser to sign in with Google.
 *
 * @param next the path of ours that it comes back to
 * @throws Refused `not_found`: the deployment has no secrets for it
 */
export async function startGoogle(ctx: Ctx, visitor: Visitor, next: string) {
  if (!ctx.ports.hasGoogle) throw new Refused({ code: 'not_found' });
  return await (await ctx.ports.identity).startGoogle(toClient(visitor), next);
}

/**
 * Takes Google's redirect back to us.
 *
 * @param query of the address, with its `?`
 * @throws Refused `not_found`: the deployment has no secrets for it
 */
export async function finishGoogle(ctx: Ctx, visitor: Visitor, query: string) {
  if (!ctx.ports.hasGoogle) throw new Refused({ code: 'not_found' });
  const { location, cookies, signedIn } = await (await ctx.ports.identity).finishGoogle(query, toClient(visitor));
  return { location, cookies, entered: signedIn && (await enter(ctx, visitor, signedIn)) };
}

async function enter(
  ctx: Ctx,
  visitor: Visitor,
  signedIn: Omit<Entered, 'knownBrowser'>,
): Promise<Entered | undefined> {
  const [owner] = await runSql(selectProfile(ctx.ports.db, signedIn.accountId));
  return owner && { ...signedIn, knownBrowser: await rememberBrowser(ctx, visitor, owner.email) };
}
