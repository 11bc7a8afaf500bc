import { signOut } from '../../domain/accounts/index.ts';
import { visitorOf } from '../visitor.ts';
import type { PublicPage } from './page.ts';
import { redirect } from './render.ts';

export const postSignOutForm: PublicPage = {
  method: 'POST',
  path: '/sign-out',
  access: 'public',
  async answer(exchange) {
    exchange.cookies = await signOut(exchange.ctx, visitorOf(exchange));
    return redirect(exchange, '/sign-in?notice=signed-out');
  },
};
