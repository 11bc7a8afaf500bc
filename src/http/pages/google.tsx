import { finishGoogle, startGoogle } from '../../domain/accounts/index.ts';
import { signedInCookies } from '../session-cookie.ts';
import { visitorOf } from '../visitor.ts';
import { KEPT, nextPath } from './next-path.ts';
import type { PublicPage } from './page.ts';
import { readForm, textOf } from './read-form.ts';
import { type Markup, redirect } from './render.ts';

/** Stands on the pages only where a deployment has Google's two secrets. */
export function GoogleButton({ next }: { readonly next: string }): Markup {
  return (
    <form method="post" action="/sign-in/google" class="google">
      <input type="hidden" name="next" value={next} />
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
    const form = await readForm(exchange.c.req.raw);
    const started = await startGoogle(exchange.ctx, visitorOf(exchange), nextPath(textOf(form, 'next')));
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
    const { search } = new URL(exchange.c.req.raw.url);
    const { location, cookies, entered } = await finishGoogle(exchange.ctx, visitorOf(exchange), search);
    exchange.cookies = [...cookies, ...(entered ? await signedInCookies(exchange, entered) : [])];
    return redirect(exchange, entered?.isRestored ? KEPT : (location ?? '/sign-in?error=google'));
  },
};
