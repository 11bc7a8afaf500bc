import { signIn } from '../../../domain/accounts/index.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { signedInCookies } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import {
  EmailField,
  ErrorSummary,
  type FieldErrors,
  FormAlert,
  formProblemOf,
  TextField,
  titleOf,
} from '../components/form.tsx';
import { Layout } from '../layout.tsx';
import { KEPT, nextPath, withNext } from '../next-path.ts';
import type { PublicPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { GoogleButton } from './google.tsx';

interface Shown {
  readonly email: string;
  readonly next: string;
  readonly alert?: string | undefined;
  readonly notice?: string | undefined;
  readonly errors: FieldErrors;
}

function SignInPage({ shown, hasGoogle }: { readonly shown: Shown; readonly hasGoogle: boolean }): Markup {
  const { email, next, alert, notice, errors } = shown;
  return (
    <Layout title={titleOf('Sign in', errors)}>
      <section class="narrow">
        <h1>Sign in</h1>
        {alert === undefined ? <ErrorSummary errors={errors} /> : <FormAlert>{alert}</FormAlert>}
        {notice === undefined ? null : <output class="notice">{notice}</output>}
        {hasGoogle ? <GoogleButton next={next} /> : null}
        <form method="post" action="/sign-in">
          <input type="hidden" name="next" value={next} />
          <EmailField autofocus email={email} errors={errors} />
          <TextField name="password" label="Password" type="password" autocomplete="current-password" errors={errors} />
          <button type="submit">Sign in</button>
        </form>
        <p>
          <a href="/forgot-password">Forgot your password?</a>
        </p>
        <p>
          New here? <a href={withNext('/sign-up', next)}>Sign up</a>
        </p>
      </section>
    </Layout>
  );
}

const show = (context: RequestContext, status: number, shown: Shown, headers?: Readonly<Record<string, string>>) =>
  render(context, status, <SignInPage shown={shown} hasGoogle={context.ctx.ports.hasGoogle} />, headers);

const NOTICES = new Map([
  ['reset', 'Your password is changed, and you are signed out everywhere. Sign in with the new one.'],
  ['signed-out', 'You are signed out.'],
  [
    'deleted',
    'Your account will be deleted in a week. You are signed out everywhere. To keep the account, sign in before then.',
  ],
]);

/** Sends a person who is signed in on to `next`, which is a path of ours only. */
export const getSignIn: PublicPage = {
  method: 'GET',
  path: '/sign-in',
  access: 'public',
  handle(context, viewer) {
    const { next, notice, error } = context.c.req.query();
    if (viewer) return redirect(context, nextPath(next));
    return show(context, 200, {
      email: '',
      next: nextPath(next),
      notice: NOTICES.get(notice ?? ''),
      alert: error === undefined ? undefined : 'Signing in with Google did not work. Try again, or use your password.',
      errors: new Map(),
    });
  },
};

/** Signs a person in. A wrong password and an address without an account get the same response. */
export const postSignInForm: PublicPage = {
  method: 'POST',
  path: '/sign-in',
  access: 'public',
  async handle(context) {
    const form = await readForm(context.c.req.raw);
    const email = textOf(form, 'email');
    const next = nextPath(textOf(form, 'next'));
    try {
      const entered = await signIn(context.ctx, visitorOf(context), {
        email,
        password: textOf(form, 'password'),
      });
      context.cookies = await signedInCookies(context, entered);
      return redirect(context, entered.isRestored ? KEPT : next);
    } catch (error) {
      const { status, errors, headers } = formProblemOf(context, error, ['invalid_credentials']);
      return await show(context, status, { email, next, errors }, headers);
    }
  },
};
