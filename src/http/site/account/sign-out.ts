import { signOut } from '../../../domain/accounts/index.ts';
import { clearedSessionCookie, readSessionCookie } from '../../request/session-cookie.ts';
import type { PublicPage } from '../page.ts';
import { redirect } from '../render.ts';

/** Ends the session of the cookie. It needs no valid session, so that a suspended person can sign out, too. */
export const postSignOutForm: PublicPage = {
  method: 'POST',
  path: '/sign-out',
  access: 'public',
  async handle(context) {
    await signOut(context.ctx, await readSessionCookie(context));
    context.cookies = [clearedSessionCookie(context)];
    return redirect(context, '/sign-in?notice=signed-out');
  },
};
