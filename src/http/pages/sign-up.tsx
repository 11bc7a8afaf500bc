import { NAME_MAX_CHARACTERS, PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from '../../config/limits.ts';
import { signUp } from '../../domain/accounts/index.ts';
import type { Exchange } from '../exchange.ts';
import { signedInCookies } from '../session-cookie.ts';
import { visitorOf } from '../visitor.ts';
import { EmailField, ErrorSummary, type FieldErrors, fieldErrorsOf, TextField } from './components/form.tsx';
import { GoogleButton } from './google.tsx';
import { Layout } from './layout.tsx';
import { nextPath } from './next-path.ts';
import type { PublicPage } from './page.ts';
import { readForm, textOf } from './read-form.ts';
import { type Markup, redirect, render } from './render.ts';

interface Shown {
  readonly name: string;
  readonly username: string;
  readonly email: string;
}

function SignUpPage(props: {
  readonly shown: Shown;
  readonly errors: FieldErrors;
  readonly hasGoogle: boolean;
}): Markup {
  const { shown, errors, hasGoogle } = props;
  return (
    <Layout title="Sign up">
      <section class="narrow">
        <h1>Create your account</h1>
        <ErrorSummary errors={errors} />
        {hasGoogle ? <GoogleButton next={nextPath(undefined)} /> : null}
        <form method="post" action="/sign-up">
          <TextField
            name="name"
            label="Name"
            value={shown.name}
            autocomplete="name"
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
          Have an account already? <a href="/sign-in">Sign in</a>
        </p>
      </section>
    </Layout>
  );
}

const show = (exchange: Exchange, status: number, shown: Shown, errors: FieldErrors) =>
  render(exchange, status, <SignUpPage shown={shown} errors={errors} hasGoogle={exchange.ctx.ports.hasGoogle} />);

export const getSignUp: PublicPage = {
  method: 'GET',
  path: '/sign-up',
  access: 'public',
  answer: (exchange, viewer) =>
    viewer
      ? redirect(exchange, nextPath(undefined))
      : show(exchange, 200, { name: '', username: '', email: '' }, new Map()),
};

export const postSignUpForm: PublicPage = {
  method: 'POST',
  path: '/sign-up',
  access: 'public',
  async answer(exchange) {
    const form = await readForm(exchange.c.req.raw);
    const shown = {
      name: textOf(form, 'name'),
      username: textOf(form, 'username'),
      email: textOf(form, 'email'),
    };
    try {
      const entered = await signUp(exchange.ctx, visitorOf(exchange), {
        ...shown,
        password: textOf(form, 'password'),
      });
      exchange.cookies = await signedInCookies(exchange, entered);
      return redirect(exchange, nextPath(undefined));
    } catch (error) {
      return await show(exchange, 400, shown, fieldErrorsOf(error));
    }
  },
};
