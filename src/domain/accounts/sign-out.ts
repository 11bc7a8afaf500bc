import type { Ctx } from '../context.ts';
import { toClient, type Visitor } from './visitor.ts';

/** Ends the session in the visitor's cookie, if there is one; answers the `Set-Cookie` headers that clear it. */
export async function signOut(ctx: Ctx, visitor: Visitor): Promise<readonly string[]> {
  const identity = await ctx.ports.identity;
  return await identity.signOut(toClient(visitor));
}
