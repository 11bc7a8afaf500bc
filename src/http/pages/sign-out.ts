import { signOut } from '../../domain/accounts/index.ts';
import { clearedSessionCookie, readSessionCookie } from '../session-cookie.ts';
import type { PublicPage } from './page.ts';
import { redirect } from './render.ts';

export const postSignOutForm: PublicPage = {
  method: 'POST',
  path: '/sign-out',
  access: 'public',
  async answer(exchange) {
    await signOut(exchange.ctx, await readSessionCookie(exchange));
    exchange.cookies = [clearedSessionCookie(exchange)];
    return redirect(exchange, '/sign-in?notice=signed-out');
  },
};
