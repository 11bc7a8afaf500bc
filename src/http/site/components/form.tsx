import type { Child } from 'hono/jsx';
import { ERRORS } from '../../../config/errors.ts';
import { EMAIL_MAX_CHARACTERS } from '../../../config/limits.ts';
import type { Detail } from '../../../domain/api-error.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { errorPartsOf, reasonOf } from '../../response/error-response.ts';
import type { Markup } from '../render.ts';
import { sentenceOf } from '../sentence.ts';

/** The errors of a form by the name of the field; the empty name stands for the whole form. */
export type FieldErrors = ReadonlyMap<string, string>;

/** @param details as verbs refuse input; of several for one field the first is shown */
export function toFieldErrors(details: readonly Detail[]): FieldErrors {
  const errors = new Map<string, string>();
  for (const { path, message } of details) if (!errors.has(path)) errors.set(path, message);
  return errors;
}

/** A form that was refused, and is shown again as it was filled in. */
export interface FormProblem {
  readonly status: number;
  readonly errors: FieldErrors;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** A form that was not sent yet. */
export const UNSENT: FormProblem = { status: 200, errors: new Map(), headers: undefined };

/** Codes after which the same form may be sent again later. */
const LATER: readonly string[] = ['rate_limit_exceeded', 'daily_quota_exceeded', 'service_unavailable'];

/**
 * Maps an error of a verb to the problem that the form shows: its wrong fields, or the sentence of a temporary refusal.
 * Rethrows any other error.
 *
 * @param alsoShown further codes of which the form shows the sentence
 */
export function formProblemOf(context: RequestContext, error: unknown, alsoShown: readonly string[] = []): FormProblem {
  const reason = reasonOf(error);
  const { status } = ERRORS[reason.code];
  if (reason.code === 'invalid_request') {
    return { status, errors: toFieldErrors(reason.details), headers: undefined };
  }
  // Sending the form again is no advice if the revocation was done all the same.
  const isDone = reason.code === 'service_unavailable' && ['revocation', 'revocations'].includes(reason.why);
  if (isDone || ![...LATER, ...alsoShown].includes(reason.code)) throw error;
  context.errorReason = reason;
  return { status, errors: new Map([['', sentenceOf(reason)]]), headers: errorPartsOf(reason).headers };
}

/** The alert above a form that was refused; screen readers read it out first, and the eye begins there. */
export function FormAlert({ children }: { readonly children: Child }): Markup {
  return (
    <div class="alert" role="alert">
      {children}
    </div>
  );
}

/** Names of fields as their labels have them. */
const LABELS: Readonly<Record<string, string>> = {
  acceptTerms: 'Developer terms',
  at: 'Date and time',
  currentPassword: 'Current password',
  email: 'Email address',
  hours: 'Hours without a request',
  ipAllowlist: 'Allowed IP addresses',
  keys: 'Keys',
  newPassword: 'New password',
  scopes: 'Permissions',
  url: 'URL',
};

const labelOf = (name: string) => LABELS[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** The errors of a form, with a link to each wrong field, whose id is its name. */
export function ErrorSummary({ errors }: { readonly errors: FieldErrors }): Markup | null {
  if (errors.size === 0) return null;
  const whole = errors.get('');
  if (whole !== undefined) return <FormAlert>{whole}</FormAlert>;
  return (
    <FormAlert>
      <p>Nothing was saved. Please correct:</p>
      <ul>
        {[...errors].map(([name, message]) => (
          <li>
            <a href={`#${name}`}>{labelOf(name)}</a>: {message.replaceAll('\n', '; ')}
          </li>
        ))}
      </ul>
    </FormAlert>
  );
}

/** The title of a page with a form; an error comes first. */
export const titleOf = (title: string, errors: FieldErrors) => (errors.size === 0 ? title : `Error: ${title}`);

/** Attributes of a control with an error, and of one without. The first wrong one of a form gets the focus. */
export function invalid(name: string, errors: FieldErrors, helpId?: string) {
  const hasError = errors.has(name);
  const described = [helpId, hasError ? `${name}-error` : undefined].filter((id) => id !== undefined).join(' ');
  return {
    ...(hasError && { 'aria-invalid': 'true' }),
    ...(described !== '' && { 'aria-describedby': described }),
    ...(isFirst(name, errors) && { autofocus: true }),
  };
}

/** The same for a group of controls, which a script-less browser can focus, too. */
export function invalidGroup(name: string, errors: FieldErrors) {
  return { id: name, tabindex: -1, ...invalid(name, errors) };
}

const isFirst = (name: string, errors: FieldErrors) => name === errors.keys().next().value;

/** The error below a field, with the id that the field's `aria-describedby` names; null without an error. */
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
        maxlength={props.maxlength}
        autocapitalize={type === 'text' ? undefined : 'none'}
        {...invalid(name, errors, helpId)}
        {...(props.autofocus && errors.size === 0 && { autofocus: true })}
      />
      {type === 'password' ? (
        <button type="button" class="quiet" data-shows={name} aria-pressed="false" hidden>
          Show the password
        </button>
      ) : null}
      {help === undefined ? null : <small id={helpId}>{help}</small>}
      <FieldError name={name} errors={errors} />
    </div>
  );
}

/** The field for an email address, the same on each form: its name, autocomplete and limit of characters. */
export function EmailField(props: {
  readonly email: string;
  readonly errors: FieldErrors;
  readonly autofocus?: boolean;
}): Markup {
  const { email, errors, autofocus = false } = props;
  return (
    <TextField
      name="email"
      label="Email address"
      type="email"
      value={email}
      autocomplete="email"
      maxlength={EMAIL_MAX_CHARACTERS}
      autofocus={autofocus}
      errors={errors}
    />
  );
}
