import { PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from '../../../config/limits.ts';
import {
  endOtherSessions,
  endSession,
  hasPassword,
  listSessions,
  type Session,
} from '../../../domain/accounts/index.ts';
import { changePassword } from '../../../domain/ownership/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { clearedSessionCookie } from '../../request/session-cookie.ts';
import {
  ErrorSummary,
  type FieldErrors,
  type FormProblem,
  formProblemOf,
  TextField,
  titleOf,
  UNSENT,
} from '../components/form.tsx';
import { Ago, DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';

const NOTICES: Readonly<Record<string, string>> = {
  kept: 'Welcome back. Your account will not be deleted. Its API keys were revoked; you can generate new ones.',
  password: 'Your password is changed. All other sessions have ended.',
  ended: 'The session has ended.',
  'others-ended': 'All other sessions have ended.',
};

function SessionItem({ session, now }: { readonly session: Session; readonly now: number }): Markup {
  const { id, browser, address, createdAt, lastSeenAt, isCurrent } = session;
  return (
    <article class="key">
      <header>
        <h3>{browser}</h3>
        {isCurrent ? <span class="badge active">This session</span> : null}
      </header>
      <dl class="facts">
        <div>
          <dt>Last seen</dt>
          <dd>
            <Ago iso={lastSeenAt} now={now} />
          </dd>
        </div>
        <div>
          <dt>Signed in</dt>
          <dd>
            <DateTime iso={createdAt} />
          </dd>
        </div>
        <div>
          <dt>Address</dt>
          <dd class="address">{address ?? 'unknown'}</dd>
        </div>
      </dl>
      <footer>
        <form method="post" action={`/settings/account/sessions/${id}/end`}>
          <button type="submit" class="quiet">
            End this session<span class="visually-hidden"> of {browser}</span>
          </button>
        </form>
      </footer>
    </article>
  );
}

function Sessions({ sessions, now }: { readonly sessions: readonly Session[]; readonly now: number }): Markup {
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Sessions</h2>
      <p class="muted">The browsers that are signed in to your account.</p>
      {sessions.map((session) => (
        <SessionItem session={session} now={now} />
      ))}
      {sessions.length > 1 ? (
        <form method="post" action="/settings/account/sessions/end-others">
          <button type="submit" class="secondary">
            End all other sessions
          </button>
        </form>
      ) : null}
    </section>
  );
}

function Password({ isSet, errors }: { readonly isSet: boolean; readonly errors: FieldErrors }): Markup {
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      {isSet ? (
        <form method="post" action="/settings/account/password">
          <ErrorSummary errors={errors} />
          <TextField
            name="currentPassword"
            label="Current password"
            type="password"
            autocomplete="current-password"
            errors={errors}
          />
          <TextField
            name="newPassword"
            label="New password"
            type="password"
            help={`At least ${PASSWORD_MIN_CHARACTERS} characters. All other sessions end.`}
            autocomplete="new-password"
            maxlength={PASSWORD_MAX_CHARACTERS}
            errors={errors}
          />
          <button type="submit">Change the password</button>
        </form>
      ) : (
        <p>
          You sign in with Google and have no password. <a href="/forgot-password">Set one by email</a>
        </p>
      )}
    </section>
  );
}

function AccountPage(props: {
  readonly person: Person;
  readonly sessions: readonly Session[];
  readonly isPasswordSet: boolean;
  readonly notice?: string | undefined;
  readonly errors: FieldErrors;
}): Markup {
  const { person, sessions, isPasswordSet, notice, errors } = props;
  return (
    <Layout title={titleOf('Account', errors)} viewer={person} section="account">
      <section class="narrow">
        <h1>Account</h1>
        {notice === undefined ? null : <output class="notice">{notice}</output>}
        <p>
          <strong>@{person.owner.username}</strong>, {person.owner.email}
        </p>
        <Sessions sessions={sessions} now={person.ctx.now} />
        <Password isSet={isPasswordSet} errors={errors} />
        <section aria-labelledby="data">
          <h2 id="data">Your data</h2>
          <p>Everything we store about you in one JSON file, without passwords and keys.</p>
          <p>
            <a class="button secondary" href="/api/auth/account/export" download>
              Download your data
            </a>
          </p>
        </section>
        <section aria-labelledby="delete">
          <h2 id="delete">Delete your account</h2>
          <p>We remove your Jes, JesClips, comments, files and keys. You can change your mind for a week.</p>
          <p>
            <a class="danger" href="/settings/account/delete">
              Delete the account
            </a>
          </p>
        </section>
      </section>
    </Layout>
  );
}

async function show(
  context: RequestContext,
  person: Person,
  { status, errors, headers }: FormProblem,
): Promise<Response> {
  const [sessions, isPasswordSet] = await Promise.all([listSessions(person.ctx), hasPassword(person.ctx)]);
  const notice = NOTICES[context.c.req.query('notice') ?? ''];
  const shown = { person, sessions, isPasswordSet, notice, errors };
  return await render(context, status, <AccountPage {...shown} />, headers);
}

/** The email address, the sessions, the password, the download and the deletion of the account. */
export const getAccount: PersonalPage = {
  method: 'GET',
  path: '/settings/account',
  access: 'session',
  handle: (context, person) => show(context, person, UNSENT),
};

/** Changes the password, which ends all other sessions and mailed links. */
export const postPassword: PersonalPage = {
  method: 'POST',
  path: '/settings/account/password',
  access: 'session',
  async handle(context, person) {
    const form = await readForm(context.c.req.raw);
    try {
      await changePassword(person.ctx, {
        currentPassword: textOf(form, 'currentPassword'),
        newPassword: textOf(form, 'newPassword'),
      });
    } catch (error) {
      return await show(context, person, formProblemOf(context, error));
    }
    return redirect(context, '/settings/account?notice=password');
  },
};

/** Ends one session; if it is the present one, the browser is signed out. */
export const postEndSession: PersonalPage = {
  method: 'POST',
  path: '/settings/account/sessions/:id/end',
  access: 'session',
  async handle(context, { ctx }) {
    const id = pathParam(context.c.req, 'id');
    await endSession(ctx, id);
    if (id !== ctx.actor.sessionId) return redirect(context, '/settings/account?notice=ended');
    context.cookies = [clearedSessionCookie(context)];
    return redirect(context, '/sign-in?notice=signed-out');
  },
};

/** Ends all sessions of the person except the present one. */
export const postEndOtherSessions: PersonalPage = {
  method: 'POST',
  path: '/settings/account/sessions/end-others',
  access: 'session',
  async handle(context, { ctx }) {
    await endOtherSessions(ctx);
    return redirect(context, '/settings/account?notice=others-ended');
  },
};
