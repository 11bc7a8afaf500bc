import type { Ctx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { toClient, type Visitor } from './visitor.ts';

/** Where to send the browser to sign in with Google. @throws Refused `not_found`: the deployment has no secrets for it */
export async function startGoogle(ctx: Ctx, visitor: Visitor) {
  if (!ctx.ports.hasGoogle) throw new Refused({ code: 'not_found' });
  return await (await ctx.ports.identity).startGoogle(toClient(visitor));
}
