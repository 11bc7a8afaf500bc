import type { Child } from 'hono/jsx';
import { EMAIL_MAX_CHARACTERS } from '../../../config/limits.ts';
import { type Detail, Refused } from '../../../domain/refusal.ts';
import type { Markup } from '../render.ts';

/** What was wrong with a form, by the name of the field. */
export type FieldErrors = ReadonlyMap<string, string>;

/** @param details as verbs refuse input; of several for one field the first is shown */
export function toFieldErrors(details: readonly Detail[]): FieldErrors {
  return new Map([...details].reverse().map(({ path, message }) => [path, message]));
}

/** What was wrong with a form, from what a verb threw; anything but an `invalid_request` is thrown on. */
export function fieldErrorsOf(error: unknown): FieldErrors {
  if (error instanceof Refused && error.refusal.code === 'invalid_request') return toFieldErrors(error.refusal.details);
  throw error;
}

/** Said above a form that was refused; browsers read it out, and it is where the eye begins. */
export function FormAlert({ children }: { readonly children: Child }): Markup {
  return (
    <div class="alert" role="alert">
      {children}
    </div>
  );
}

const SEE_BELOW = 'Please look at the fields marked below; nothing was saved.';

export function ErrorSummary({ errors }: { readonly errors: FieldErrors }): Markup | null {
  return errors.size === 0 ? null : <FormAlert>{SEE_BELOW}</FormAlert>;
}

/** Attributes of a control with an error, and of one without. */
export function invalid(name: string, errors: FieldErrors, helpId?: string) {
  const hasError = errors.has(name);
  const described = [helpId, hasError ? `${name}-error` : undefined].filter((id) => id !== undefined).join(' ');
  return {
    ...(hasError && { 'aria-invalid': 'true' }),
    ...(described !== '' && { 'aria-describedby': described }),
  };
}

export function FieldError({ name, errors }: { readonly name: string; readonly errors: FieldErrors }): Markup | null {
  const message = errors.get(name);
  if (message === undefined) return null;
  return (
    <small class="error" id={`${name}-error`}>
      {message}
    </small>
  );
}

/** A labelled line of input with its help and its error. */
export function TextField(props: {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly value?: string | undefined;
  readonly help?: string;
  readonly autocomplete: string;
  readonly required?: boolean;
  readonly autofocus?: boolean;
  readonly maxlength?: number;
  readonly errors: FieldErrors;
}): Markup {
  const { name, label, type = 'text', value, help, autocomplete, required = true, errors } = props;
  const helpId = help === undefined ? undefined : `${name}-help`;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        value={value}
        required={required}
        autocomplete={autocomplete}
        autofocus={props.autofocus}
        maxlength={props.maxlength}
        autocapitalize={type === 'text' ? undefined : 'none'}
        {...invalid(name, errors, helpId)}
      />
      {help === undefined ? null : <small id={helpId}>{help}</small>}
      <FieldError name={name} errors={errors} />
    </div>
  );
}

export function EmailField({ email, errors }: { readonly email: string; readonly errors: FieldErrors }): Markup {
  return (
    <TextField
      name="email"
      label="E-mail address"
      type="email"
      value={email}
      autocomplete="email"
      maxlength={EMAIL_MAX_CHARACTERS}
      errors={errors}
    />
  );
}
