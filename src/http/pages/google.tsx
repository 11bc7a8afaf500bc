import { startGoogle } from '../../domain/accounts/index.ts';
import { Refused } from '../../domain/refusal.ts';
import { visitorOf } from '../visitor.ts';
import type { PublicPage } from './page.ts';
import { type Markup, redirect } from './render.ts';

/** Stands on the pages only where a deployment has Google's two secrets. */
export function GoogleButton(): Markup {
  return (
    <form method="post" action="/sign-in/google" class="google">
      <button type="submit" class="secondary outline">
        Continue with Google
      </button>
    </form>
  );
}

/** Sends the browser to Google. */
export const postGoogle: PublicPage = {
  method: 'POST',
  path: '/sign-in/google',
  access: 'public',
  async answer(exchange) {
    const started = await startGoogle(exchange.ctx, visitorOf(exchange));
    exchange.cookies = started.cookies;
    return redirect(exchange, started.url);
  },
};

/** Where Google sends the browser back to; the identity library checks what it brings. */
export const getGoogleCallback: PublicPage = {
  method: 'GET',
  path: '/api/auth/callback/google',
  access: 'public',
  async answer(exchange) {
    const { ctx, c } = exchange;
    if (!ctx.ports.hasGoogle) throw new Refused({ code: 'not_found' });
    const answered = await (await ctx.ports.identity).finishGoogle(c.req.raw);
    exchange.cookies = answered.headers.getSetCookie();
    return redirect(exchange, answered.headers.get('Location') ?? '/sign-in?error=google');
  },
};
