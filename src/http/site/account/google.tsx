import { finishGoogle, startGoogle } from '../../../domain/accounts/index.ts';
import { signedInCookies } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import { KEPT, nextPath } from '../next-path.ts';
import type { PublicPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect } from '../render.ts';

/** The button is on the pages only if the deployment has Google's two secrets. */
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
  async handle(context) {
    const form = await readForm(context.c.req.raw);
    const started = await startGoogle(context.ctx, visitorOf(context), nextPath(textOf(form, 'next')));
    context.cookies = started.cookies;
    return redirect(context, started.url);
  },
};

/** The address to which Google sends the browser back; the identity library checks the parameters. */
export const getGoogleCallback: PublicPage = {
  method: 'GET',
  path: '/api/auth/callback/google',
  access: 'public',
  async handle(context) {
    const { search } = new URL(context.c.req.raw.url);
    const { location, cookies, entered } = await finishGoogle(context.ctx, visitorOf(context), search);
    context.cookies = [...cookies, ...(entered ? await signedInCookies(context, entered) : [])];
    return redirect(context, entered?.isRestored ? KEPT : (location ?? '/sign-in?error=google'));
  },
};
