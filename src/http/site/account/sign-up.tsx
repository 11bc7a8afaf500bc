import { NAME_MAX_CHARACTERS, PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from '../../../config/limits.ts';
import { signUp } from '../../../domain/accounts/index.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { signedInCookies } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import {
  EmailField,
  ErrorSummary,
  type FieldErrors,
  type FormProblem,
  formProblemOf,
  TextField,
  titleOf,
  UNSENT,
} from '../components/form.tsx';
import { Layout } from '../layout.tsx';
import { nextPath, withNext } from '../next-path.ts';
import type { PublicPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { GoogleButton } from './google.tsx';

interface Shown {
  readonly name: string;
  readonly username: string;
  readonly email: string;
  /** The path to go to afterwards. */
  readonly next: string;
}

function SignUpPage(props: {
  readonly shown: Shown;
  readonly errors: FieldErrors;
  readonly hasGoogle: boolean;
}): Markup {
  const { shown, errors, hasGoogle } = props;
  return (
    <Layout title={titleOf('Sign up', errors)}>
      <section class="narrow">
        <h1>Create your account</h1>
        <ErrorSummary errors={errors} />
        {hasGoogle ? <GoogleButton next={shown.next} /> : null}
        <form method="post" action="/sign-up">
          <input type="hidden" name="next" value={shown.next} />
          <TextField
            name="name"
            label="Name"
            value={shown.name}
            autocomplete="name"
            autofocus
            maxlength={NAME_MAX_CHARACTERS * 2}
            errors={errors}
          />
          <TextField
            name="username"
            label="Username"
            value={shown.username}
            help="3 to 30 letters a–z, digits or underscores."
            autocomplete="username"
            errors={errors}
          />
          <EmailField email={shown.email} errors={errors} />
          <TextField
            name="password"
            label="Password"
            type="password"
            help={`At least ${PASSWORD_MIN_CHARACTERS} characters; a few words make a good one.`}
            autocomplete="new-password"
            maxlength={PASSWORD_MAX_CHARACTERS}
            errors={errors}
          />
          <button type="submit">Create account</button>
        </form>
        <p>
          Have an account already? <a href={withNext('/sign-in', shown.next)}>Sign in</a>
        </p>
      </section>
    </Layout>
  );
}

const show = (context: RequestContext, shown: Shown, { status, errors, headers }: FormProblem) =>
  render(
    context,
    status,
    <SignUpPage shown={shown} errors={errors} hasGoogle={context.ctx.ports.hasGoogle} />,
    headers,
  );

/** Sends a person who is signed in on to `next`, which is a path of ours only. */
export const getSignUp: PublicPage = {
  method: 'GET',
  path: '/sign-up',
  access: 'public',
  handle(context, viewer) {
    const next = nextPath(context.c.req.query('next'));
    return viewer ? redirect(context, next) : show(context, { name: '', username: '', email: '', next }, UNSENT);
  },
};

/** Makes an account and signs its person in. The email address is still to be confirmed, by a mailed link. */
export const postSignUpForm: PublicPage = {
  method: 'POST',
  path: '/sign-up',
  access: 'public',
  async handle(context) {
    const form = await readForm(context.c.req.raw);
    const shown = {
      name: textOf(form, 'name'),
      username: textOf(form, 'username'),
      email: textOf(form, 'email'),
      next: nextPath(textOf(form, 'next')),
    };
    const { next, ...fields } = shown;
    try {
      const entered = await signUp(context.ctx, visitorOf(context), {
        ...fields,
        password: textOf(form, 'password'),
      });
      context.cookies = await signedInCookies(context, entered);
      return redirect(context, next);
    } catch (error) {
      return await show(context, shown, formProblemOf(context, error));
    }
  },
};
