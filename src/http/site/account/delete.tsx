import { hasPassword } from '../../../domain/accounts/index.ts';
import { ApiError } from '../../../domain/api-error.ts';
import type { Person } from '../../api/endpoint.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { clearedSessionCookie } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import {
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
import type { PersonalPage } from '../page.ts';
import { readForm } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { GoogleButton } from './google.tsx';

const PATH = '/settings/account/delete';

function DeletePage(props: {
  readonly person: Person;
  readonly isPasswordSet: boolean;
  readonly hasGoogle: boolean;
  readonly isOld: boolean;
  readonly errors: FieldErrors;
}): Markup {
  const { person, isPasswordSet, hasGoogle, isOld, errors } = props;
  return (
    <Layout title={titleOf('Delete your account', errors)} viewer={person} section="account">
      <section class="narrow">
        <p class="back">
          <a href="/settings/account">Account</a>
        </p>
        <h1>Delete @{person.owner.username}?</h1>
        <ul>
          <li>All your API keys are revoked at once, for good. You are signed out everywhere.</li>
          <li>For a week, signing in keeps the account. Until then your Jes stay where they are.</li>
          <li>Then your Jes, JesClips, comments, likes, follows and files are removed. Nothing brings them back.</li>
          <li>Your username is free for others 30 days from now.</li>
        </ul>
        <p>
          <a href="/api/auth/account/export" download>
            Download your data first
          </a>
        </p>
        {isOld ? (
          <FormAlert>
            You signed in more than 10 minutes ago. Continue with Google once more, then delete the account.
          </FormAlert>
        ) : (
          <ErrorSummary errors={errors} />
        )}
        {!isPasswordSet && hasGoogle ? <GoogleButton next={PATH} /> : null}
        <form method="post" action={PATH}>
          {isPasswordSet ? (
            <TextField
              name="password"
              label="Your password"
              type="password"
              autocomplete="current-password"
              errors={errors}
            />
          ) : null}
          <p class="actions">
            <button type="submit" class="danger">
              Delete the account
            </button>
            <a class="button secondary" href="/settings/account">
              Keep it
            </a>
          </p>
        </form>
      </section>
    </Layout>
  );
}

async function show(
  context: RequestContext,
  person: Person,
  { status, errors, headers }: FormProblem,
  isOld = false,
): Promise<Response> {
  const { hasGoogle } = context.ctx.ports;
  const isPasswordSet = await hasPassword(person.ctx);
  return await render(
    context,
    status,
    <DeletePage {...{ person, isPasswordSet, hasGoogle, isOld, errors }} />,
    headers,
  );
}

/** Asks for the password before the deletion, or for a recent sign-in if the account has no password. */
export const getDeleteAccount: PersonalPage = {
  method: 'GET',
  path: PATH,
  access: 'session',
  handle: (context, person) => show(context, person, UNSENT),
};

/**
 * Deletes the account after a week and signs the browser out. Signing in before then undoes the deletion, except for
 * the keys, which are revoked at once.
 */
export const postDeleteAccount: PersonalPage = {
  method: 'POST',
  path: PATH,
  access: 'session',
  async handle(context, person) {
    const password = (await readForm(context.c.req.raw)).get('password') ?? undefined;
    const { deleteAccount } = await import('../../../domain/departure/index.ts');
    try {
      await deleteAccount(person.ctx, visitorOf(context), { password });
    } catch (error) {
      const isOld = error instanceof ApiError && error.reason.code === 'reauthentication_required';
      if (isOld) return await show(context, person, { ...UNSENT, status: 403 }, true);
      return await show(context, person, formProblemOf(context, error));
    }
    context.cookies = [clearedSessionCookie(context)];
    return redirect(context, '/sign-in?notice=deleted');
  },
};
