import type { Child } from 'hono/jsx';
import { rememberBrowser, resendVerification } from '../../../domain/accounts/index.ts';
import { type Verification, verifyEmail } from '../../../domain/ownership/index.ts';
import type { Person } from '../../api/endpoint.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { knownBrowserCookie } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import { Layout } from '../layout.tsx';
import type { PersonalPage, PublicPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { ResetPage } from './password-reset.tsx';

function ConfirmButton({ token, text }: { readonly token: string; readonly text: string }): Markup {
  return (
    <form method="post" action="/verify-email">
      <input type="hidden" name="token" value={token} />
      <button type="submit">{text}</button>
    </form>
  );
}

function ConfirmPage({ token, viewer }: { readonly token: string; readonly viewer: Person | undefined }): Markup {
  return (
    <Layout title="Confirm your email address" viewer={viewer}>
      <section class="narrow">
        <h1>Confirm your email address</h1>
        {viewer ? (
          <>
            <p>
              You are signed in as <strong>@{viewer.owner.username}</strong>, with the address{' '}
              <strong>{viewer.owner.email}</strong>.
            </p>
            <ConfirmButton token={token} text="Confirm the address" />
          </>
        ) : (
          <>
            <p>
              Did you sign up yourself? Then sign in first: your password and your sessions stay as they are.{' '}
              <a href={`/sign-in?next=${encodeURIComponent(`/verify-email?token=${token}`)}`}>Sign in and confirm</a>
            </p>
            <p>
              If somebody else signed up with your address, or you do not know the password, confirm it here. All
              sessions, API keys and the password of the account end, and you choose a new password.
            </p>
            <ConfirmButton token={token} text="Confirm and choose a new password" />
          </>
        )}
      </section>
    </Layout>
  );
}

function OutcomePage(props: {
  readonly title: string;
  readonly viewer: Person | undefined;
  readonly children: Child;
}): Markup {
  const { title, viewer, children } = props;
  return (
    <Layout title={title} viewer={viewer}>
      <section class="narrow">
        <h1>{title}</h1>
        <p>{children}</p>
        <p>
          <a href="/settings/api-access">Go to API access</a>
        </p>
      </section>
    </Layout>
  );
}

const CONFIRMED = 'Your email address is confirmed';

/** Shows a button and looks nothing up: mail scanners open links, with GET and HEAD, before people do. */
export const getVerifyEmail: PublicPage = {
  method: 'GET',
  path: '/verify-email',
  access: 'public',
  handle: (context, viewer) =>
    render(context, 200, <ConfirmPage token={context.c.req.query('token') ?? ''} viewer={viewer} />),
};

/** Uses the link of the mail. For the person who is signed in, the browser then counts as a known one. */
export const postVerifyEmail: PublicPage = {
  method: 'POST',
  path: '/verify-email',
  access: 'public',
  async handle(context, viewer) {
    const form = await readForm(context.c.req.raw);
    const session = viewer?.ctx.actor;
    const visitor = visitorOf(context);
    const verification = await verifyEmail(context.ctx, visitor, textOf(form, 'token'), session);
    if (viewer && verification.outcome === 'confirmed') {
      const known = await rememberBrowser(context.ctx, visitor, viewer.owner.email);
      context.cookies = [knownBrowserCookie(context, known)];
    }
    return await showOutcome(context, verification, viewer);
  },
};

function showOutcome(
  context: RequestContext,
  verification: Verification,
  viewer: Person | undefined,
): Promise<Response> {
  const show = (status: number, title: string, text: string) =>
    render(
      context,
      status,
      <OutcomePage title={title} viewer={viewer}>
        {text}
      </OutcomePage>,
    );
  switch (verification.outcome) {
    case 'confirmed':
      return show(200, CONFIRMED, 'Thank you.');
    case 'used':
      return show(200, 'This link was already used', 'The address is confirmed; you need to do nothing.');
    case 'taken_over': {
      const notice = `${CONFIRMED}. All that was set up before has ended; choose the password of your account.`;
      const page = <ResetPage token={verification.resetToken} revokeKeys errors={new Map()} notice={notice} />;
      return render(context, 200, page);
    }
    case 'other_account':
      return show(
        400,
        'This link is for another account',
        'Sign out, then open the link in your email again. Nothing changed.',
      );
    case 'invalid':
      return show(
        400,
        'This link does not work',
        'It is older than an hour, or part of it is missing. Sign in and request another one.',
      );
  }
}

/** Mails the link that confirms the address again; does nothing if the address is confirmed. */
export const postResendVerification: PersonalPage = {
  method: 'POST',
  path: '/verify-email/resend',
  access: 'session',
  async handle(context, { ctx, owner }) {
    await resendVerification(ctx, owner);
    return redirect(context, '/settings/api-access?notice=verification-sent');
  },
};
