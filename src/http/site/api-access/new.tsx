import {
  ACTIVE_KEYS_PER_ACCOUNT,
  CREATIONS_PER_DAY,
  LABEL_MAX_CHARACTERS,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  TERMS_VERSION,
} from '../../../config/limits.ts';
import { isFreshSession, reauthenticate } from '../../../domain/accounts/index.ts';
import { ApiError } from '../../../domain/api-error.ts';
import type { ClientAddress } from '../../../domain/context.ts';
import {
  type ActiveKey,
  createKeyToReveal,
  listActiveKeys,
  readKeyDetail,
  SCOPE_NAMES,
  SCOPES,
} from '../../../domain/keys/index.ts';
import { grouped } from '../../../lib/grouped.ts';
import type { Person } from '../../api/endpoint.ts';
import { clientAddress } from '../../request/client-address.ts';
import type { RequestContext } from '../../request/request-context.ts';
import {
  ErrorSummary,
  FieldError,
  type FieldErrors,
  formProblemOf,
  invalid,
  invalidGroup,
  TextField,
  titleOf,
} from '../components/form.tsx';
import { formatDate } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { entryFor, refusedEntry, withEntry } from './allowlist-help.tsx';
import { LastUsed } from './components/key-facts.tsx';
import {
  contradictionIn,
  dayOfExpiry,
  EMPTY_FORM,
  EXPIRIES,
  type NewKeyForm,
  PRESETS,
  toFormErrors,
  toNewKey,
  toNewKeyForm,
} from './new-key-form.ts';
import { revealCookie } from './reveal-cookie.ts';

function Scopes({ form, errors }: { readonly form: NewKeyForm; readonly errors: FieldErrors }): Markup {
  return (
    <fieldset {...invalidGroup('scopes', errors)}>
      <legend>Permissions</legend>
      {SCOPE_NAMES.map((scope) => (
        <label class="choice">
          <input type="checkbox" name="scopes" value={scope} checked={form.scopes.includes(scope)} />
          <span>
            {SCOPES[scope]} <code>{scope}</code>
          </span>
        </label>
      ))}
      <FieldError name="scopes" errors={errors} />
    </fieldset>
  );
}

function Expiry({
  form,
  errors,
  now,
}: {
  readonly form: NewKeyForm;
  readonly errors: FieldErrors;
  /** Unix ms. */
  readonly now: number;
}): Markup {
  const today = new Date(now).toISOString().slice(0, 10);
  return (
    <fieldset {...invalidGroup('expiry', errors)}>
      <legend>Expiry</legend>
      {Object.entries(EXPIRIES).map(([value, words]) => {
        const day = dayOfExpiry(value, now);
        return (
          <label class="choice">
            <input type="radio" name="expiry" value={value} checked={form.expiry === value} />
            <span>
              {words}
              {day === undefined ? null : <span class="muted"> · {formatDate(day)}</span>}
            </span>
          </label>
        );
      })}
      <label class="expires-on">
        The date (the key works until the end of that day, UTC)
        <input type="date" name="expiresOn" value={form.expiresOn} min={today} data-chooses="custom" />
      </label>
      <FieldError name="expiry" errors={errors} />
    </fieldset>
  );
}

function Allowlist(props: {
  readonly form: NewKeyForm;
  readonly errors: FieldErrors;
  readonly address: ClientAddress | undefined;
}): Markup {
  const { form, errors, address } = props;
  const lines = errors.get('ipAllowlist')?.split('\n') ?? [];
  return (
    <div class="field">
      <label for="ipAllowlist">
        Allowed IP addresses <span class="optional">optional</span>
      </label>
      <textarea
        id="ipAllowlist"
        name="ipAllowlist"
        rows={4}
        spellcheck={false}
        placeholder={'203.0.113.7\n2001:db8::/48'}
        {...invalid('ipAllowlist', errors, 'ipAllowlist-help')}
      >
        {form.allowlist}
      </textarea>
      <small id="ipAllowlist-help">
        One IPv4 or IPv6 address or CIDR range a line, at most 50. Leave it empty and the key works from anywhere.
      </small>
      {address === undefined ? null : (
        <label class="choice">
          <input type="checkbox" name="allowCurrent" />
          <span>
            Add the address that you use now: <code>{entryFor(address)}</code>
          </span>
        </label>
      )}
      {lines.length === 0 ? null : (
        <ul class="error" id="ipAllowlist-error">
          {lines.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function NewKeyPage(props: {
  readonly person: Person;
  readonly address: ClientAddress | undefined;
  readonly form: NewKeyForm;
  readonly errors: FieldErrors;
}): Markup {
  const { person, address, form, errors } = props;
  return (
    <Layout title={titleOf('Generate a key', errors)} viewer={person} section="api-access">
      <section class="narrow">
        <p class="back">
          <a href="/settings/api-access">API access</a>
        </p>
        <h1>Generate a key</h1>
        <p class="muted">All of this is fixed once the key exists. To change something, generate another key.</p>
        <p class="muted">
          A key may send {REQUESTS_PER_MINUTE} requests a minute and {grouped(REQUESTS_PER_DAY)} in 24 hours, of them{' '}
          {POSTS_PER_MINUTE} new Jes a minute. All your keys together may create {grouped(CREATIONS_PER_DAY)} Jes and
          JesClips a day.
        </p>
        <nav aria-label="Begin with the permissions for">
          <ul class="periods">
            {Object.entries(PRESETS).map(([name, { words }]) => (
              <li>
                <a href={`/settings/api-access/new?preset=${name}`}>{words}</a>
              </li>
            ))}
          </ul>
        </nav>
        <ErrorSummary errors={errors} />
        <form method="post" action="/settings/api-access/new">
          <TextField
            name="label"
            label="Label"
            value={form.label}
            help="Everything posted with the key shows “via” and this label. A label cannot be changed."
            autocomplete="off"
            maxlength={LABEL_MAX_CHARACTERS * 2}
            errors={errors}
          />
          <Scopes form={form} errors={errors} />
          <Expiry form={form} errors={errors} now={person.ctx.now} />
          <Allowlist form={form} errors={errors} address={address} />
          <div class="field">
            <label class="choice">
              <input
                type="checkbox"
                id="acceptTerms"
                name="acceptTerms"
                checked={form.hasAccepted}
                required
                {...invalid('acceptTerms', errors)}
              />
              <span>
                I accept the <a href="/terms/developers">developer terms</a> of {TERMS_VERSION}.
              </span>
            </label>
            <FieldError name="acceptTerms" errors={errors} />
          </div>
          {isFreshSession(person.ctx) ? null : (
            <TextField
              name="password"
              label="Your password"
              type="password"
              help="You signed in more than 12 hours ago. Without a password, sign out and sign in with Google again."
              autocomplete="current-password"
              errors={errors}
            />
          )}
          <button type="submit">Generate the key</button>
        </form>
      </section>
    </Layout>
  );
}

/** Shown before a person fills in a form that could only be refused. */
function AtLimitPage({ person, keys }: { readonly person: Person; readonly keys: readonly ActiveKey[] }): Markup {
  return (
    <Layout title="Generate a key" viewer={person} section="api-access">
      <section class="narrow">
        <p class="back">
          <a href="/settings/api-access">API access</a>
        </p>
        <h1>Generate a key</h1>
        <p class="alert">
          This account has {ACTIVE_KEYS_PER_ACCOUNT} active keys, which is the limit. Revoke one first.
        </p>
        {keys.map(({ apiKey, isUseUnknown }) => (
          <article class="key">
            <header>
              <h2>
                <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a>
              </h2>
              <code class="masked">{apiKey.maskedKey}</code>
            </header>
            <p>
              Last used: <LastUsed apiKey={apiKey} now={person.ctx.now} isUnknown={isUseUnknown} />
            </p>
            <footer>
              <a class="danger" href={`/settings/api-access/${apiKey.id}/revoke`}>
                Revoke<span class="visually-hidden"> {apiKey.label}</span>
              </a>
            </footer>
          </article>
        ))}
      </section>
    </Layout>
  );
}

/**
 * The form of a new key, filled in from a preset or from the key to be replaced. A person at the limit of active keys
 * gets the list of those instead.
 */
export const getNewKey: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/new',
  access: 'session',
  async handle(context, person) {
    const keys = await listActiveKeys(person.ctx);
    if (keys.length >= ACTIVE_KEYS_PER_ACCOUNT) {
      return await render(context, 200, <AtLimitPage person={person} keys={keys} />);
    }
    const form = await likeAnother(context, person);
    return await render(
      context,
      200,
      <NewKeyPage person={person} address={clientAddress(context.c.req.raw.headers)} form={form} errors={new Map()} />,
    );
  },
};

/** A rotation begins with the values of the key to be replaced; any other form with those of a preset. */
async function likeAnother(context: RequestContext, person: Person): Promise<NewKeyForm> {
  const { like, preset = '' } = context.c.req.query();
  if (like === undefined) {
    return Object.hasOwn(PRESETS, preset) ? { ...EMPTY_FORM, scopes: PRESETS[preset]?.scopes ?? [] } : EMPTY_FORM;
  }
  const { apiKey, events } = await readKeyDetail(person.ctx, like);
  const { label, scopes, ipAllowlist } = apiKey;
  const allowlist = ipAllowlist.join('\n');
  const plus = refusedEntry(events, context.c.req.query('plus'));
  return { ...EMPTY_FORM, label, scopes, allowlist: plus === undefined ? allowlist : withEntry(allowlist, plus) };
}

/**
 * Generates the key and sends the browser to the page that shows it once. If the password was given more than
 * `REAUTHENTICATE_AFTER_MS` ago, the form must hold it.
 */
export const postNewKey: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/new',
  access: 'session',
  async handle(context, person) {
    const request = context.c.req.raw;
    const fields = await readForm(request);
    const address = clientAddress(request.headers);
    const form = toNewKeyForm(fields, address);
    const contradiction = contradictionIn(form);
    if (contradiction) {
      return await render(
        context,
        400,
        <NewKeyPage
          person={person}
          address={clientAddress(context.c.req.raw.headers)}
          form={form}
          errors={contradiction}
        />,
      );
    }
    try {
      const ctx = isFreshSession(person.ctx)
        ? person.ctx
        : await reauthenticate(person.ctx, { password: textOf(fields, 'password') });
      const { apiKey, unsealKey } = await createKeyToReveal(ctx, toNewKey(form), address);
      context.cookies = [revealCookie(context, apiKey.id, unsealKey)];
      // Post, redirect, get: a reload of the page with the key must not generate another.
      return redirect(context, `/settings/api-access/${apiKey.id}/key`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { reason } = error;
      if (reason.code === 'invalid_request') {
        const errors = toFormErrors(form, reason.details);
        return await render(
          context,
          400,
          <NewKeyPage person={person} address={clientAddress(context.c.req.raw.headers)} form={form} errors={errors} />,
        );
      }
      const { status, errors, headers } = formProblemOf(context, error, ['api_key_limit_reached', 'email_unverified']);
      return await render(
        context,
        status,
        <NewKeyPage person={person} address={clientAddress(context.c.req.raw.headers)} form={form} errors={errors} />,
        headers,
      );
    }
  },
};
