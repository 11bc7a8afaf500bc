import { PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from '../../../config/limits.ts';
import { requestPasswordReset } from '../../../domain/accounts/index.ts';
import { resetPassword } from '../../../domain/ownership/index.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { visitorOf } from '../../request/visitor.ts';
import {
  EmailField,
  ErrorSummary,
  type FieldErrors,
  FormAlert,
  type FormProblem,
  formProblemOf,
  TextField,
  titleOf,
  UNSENT,
} from '../components/form.tsx';
import { Layout } from '../layout.tsx';
import type { PublicPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';

function ForgotPage({ email, errors }: { readonly email: string; readonly errors: FieldErrors }): Markup {
  return (
    <Layout title={titleOf('Forgot your password?', errors)}>
      <section class="narrow">
        <h1>Forgot your password?</h1>
        <p>We email you a link to set a new one.</p>
        <ErrorSummary errors={errors} />
        <form method="post" action="/forgot-password">
          <EmailField autofocus email={email} errors={errors} />
          <button type="submit">Send the link</button>
        </form>
      </section>
    </Layout>
  );
}

function SentPage(): Markup {
  return (
    <Layout title="Check your email">
      <section class="narrow">
        <h1>Check your email</h1>
        <p>If an account has this address, we sent it a link. The link works once, for an hour.</p>
        <p>
          <a href="/sign-in">Back to sign in</a>
        </p>
      </section>
    </Layout>
  );
}

/** @param props.notice what led here, above the form */
export function ResetPage(props: {
  readonly token: string;
  readonly revokeKeys: boolean;
  readonly errors: FieldErrors;
  readonly notice?: string;
}): Markup {
  const { token, revokeKeys, errors, notice } = props;
  const tokenError = errors.get('token');
  return (
    <Layout title={titleOf('Choose a new password', errors)}>
      <section class="narrow">
        <h1>Choose a new password</h1>
        {notice === undefined ? null : <output class="notice">{notice}</output>}
        {tokenError === undefined ? (
          <ErrorSummary errors={errors} />
        ) : (
          <FormAlert>
            Sorry, {tokenError}. <a href="/forgot-password">Request another link</a>
          </FormAlert>
        )}
        <form method="post" action="/reset-password">
          <input type="hidden" name="token" value={token} />
          <TextField
            name="password"
            label="New password"
            type="password"
            help={`At least ${PASSWORD_MIN_CHARACTERS} characters. You will be signed out everywhere.`}
            autocomplete="new-password"
            maxlength={PASSWORD_MAX_CHARACTERS}
            errors={errors}
          />
          <label class="choice">
            <input type="checkbox" name="revokeKeys" checked={revokeKeys} />
            <span>
              Revoke all API keys of the account. Keep this ticked unless you know every key: somebody who had your
              password may have generated one.
            </span>
          </label>
          <button type="submit">Change the password</button>
        </form>
      </section>
    </Layout>
  );
}

const showForgot = (context: RequestContext, email: string, { status, errors, headers }: FormProblem) =>
  render(context, status, <ForgotPage email={email} errors={errors} />, headers);

/** Asks for the address to which the link for a new password is mailed. */
export const getForgotPassword: PublicPage = {
  method: 'GET',
  path: '/forgot-password',
  access: 'public',
  handle: (context) => showForgot(context, '', UNSENT),
};

/** Mails the link if the address has an account. The redirect is the same if it has none, so it reveals no account. */
export const postForgotPassword: PublicPage = {
  method: 'POST',
  path: '/forgot-password',
  access: 'public',
  async handle(context) {
    const email = textOf(await readForm(context.c.req.raw), 'email');
    try {
      await requestPasswordReset(context.ctx, visitorOf(context), { email });
      return redirect(context, '/forgot-password/sent');
    } catch (error) {
      return await showForgot(context, email, formProblemOf(context, error));
    }
  },
};

/** The page after the request for a link, the same for an address with an account and without. */
export const getForgotPasswordSent: PublicPage = {
  method: 'GET',
  path: '/forgot-password/sent',
  access: 'public',
  handle: (context) => render(context, 200, <SentPage />),
};

/** Asks for a new password. It does not look the token up: mail scanners open links before people do. */
export const getResetPassword: PublicPage = {
  method: 'GET',
  path: '/reset-password',
  access: 'public',
  handle: (context) =>
    render(context, 200, <ResetPage token={context.c.req.query('token') ?? ''} revokeKeys errors={new Map()} />),
};

/** Sets the new password with the token of a mailed link. All sessions end, so the person signs in again. */
export const postResetPassword: PublicPage = {
  method: 'POST',
  path: '/reset-password',
  access: 'public',
  async handle(context) {
    const form = await readForm(context.c.req.raw);
    const token = textOf(form, 'token');
    const revokeKeys = form.has('revokeKeys');
    try {
      await resetPassword(context.ctx, visitorOf(context), {
        token,
        password: textOf(form, 'password'),
        revokeKeys,
      });
      return redirect(context, '/sign-in?notice=reset');
    } catch (error) {
      const { status, errors, headers } = formProblemOf(context, error);
      return await render(context, status, <ResetPage {...{ token, revokeKeys, errors }} />, headers);
    }
  },
};
