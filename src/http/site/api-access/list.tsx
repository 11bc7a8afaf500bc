import { ACTIVE_KEYS_PER_ACCOUNT } from '../../../config/limits.ts';
import { wantsWarnings } from '../../../domain/key-mails/index.ts';
import {
  dismissLeakOf,
  type KeyWithUsage,
  type Leak,
  listKeysWithUsage,
  listLeaks,
} from '../../../domain/keys/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import { Ago } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, redirect, render } from '../render.ts';
import { LastUsed } from './components/key-facts.tsx';
import { requests, requestsIn, Sparkline, UsageUnknown } from './components/usage-chart.tsx';
import { HealthLines } from './health.tsx';
import { MailSwitch } from './mails.tsx';

const NOTICES = new Map([['verification-sent', 'We mailed you a link. Open it to confirm your email address.']]);

/** An active key as a row of the table; on phones the row is a card, and each cell names its content. */
function KeyRow({ shown, now }: { readonly shown: KeyWithUsage; readonly now: number }): Markup {
  const { apiKey, health, usage } = shown;
  const { id, label, maskedKey, scopes, expiresAt } = apiKey;
  return (
    <tr>
      <th scope="row">
        <a href={`/settings/api-access/${id}`}>{label}</a>
        <code class="masked">{maskedKey}</code>
        <HealthLines health={health} />
      </th>
      <td data-label="Permissions">
        <ul class="chips">
          {scopes.map((scope) => (
            <li>
              <code>{scope}</code>
            </li>
          ))}
        </ul>
      </td>
      <td data-label="Last used">
        <LastUsed apiKey={apiKey} now={now} isUnknown={usage === undefined} />
      </td>
      <td data-label="Expires">{expiresAt === null ? 'Never' : <Ago iso={expiresAt} now={now} />}</td>
      <td data-label="Last 24 hours">
        {usage === undefined ? (
          'Unknown right now'
        ) : (
          <>
            <Sparkline buckets={usage} />
            <span class="count">{requests(requestsIn(usage))}</span>
          </>
        )}
      </td>
      <td data-label="Allowed IP addresses">
        <Addresses ipAllowlist={apiKey.ipAllowlist} label={label} />
      </td>
      <td>
        <a class="danger" href={`/settings/api-access/${id}/revoke`}>
          Revoke<span class="visually-hidden"> {label}</span>
        </a>
      </td>
    </tr>
  );
}

/** The addresses that are shown without a click. */
const ADDRESSES_SHOWN = 2;

function Addresses({
  ipAllowlist,
  label,
}: {
  readonly ipAllowlist: readonly string[];
  readonly label: string;
}): Markup {
  if (ipAllowlist.length === 0) return <>Any address</>;
  const list = (
    <ul class="addresses">
      {ipAllowlist.map((entry) => (
        <li class="address">{entry}</li>
      ))}
    </ul>
  );
  if (ipAllowlist.length <= ADDRESSES_SHOWN) return list;
  return (
    <details>
      <summary>
        {ipAllowlist.length} networks<span class="visually-hidden"> of {label}</span>
      </summary>
      {list}
    </details>
  );
}

function ActiveKeys({ keys, now }: { readonly keys: readonly KeyWithUsage[]; readonly now: number }): Markup {
  return (
    <section aria-labelledby="active">
      <h2 id="active" class="visually-hidden">
        Active keys
      </h2>
      <table class="keys">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Permissions</th>
            <th scope="col">Last used</th>
            <th scope="col">Expires</th>
            <th scope="col">Last 24 hours</th>
            <th scope="col">Allowed IP addresses</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((shown) => (
            <KeyRow shown={shown} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function NoKeys({ canGenerate }: { readonly canGenerate: boolean }): Markup {
  return (
    <section class="empty-state">
      <h2>No keys yet</h2>
      <p>
        A key lets a service post, comment or read as you. You choose what it may do, where it works from and how long,
        and you can revoke it at any moment.
      </p>
      {canGenerate ? (
        <p>
          <a class="button" href="/settings/api-access/new">
            Generate your first key
          </a>
        </p>
      ) : null}
      <p>
        <a href="/docs/quickstart">How to use a key</a>
      </p>
    </section>
  );
}

function ConfirmEmail({ email }: { readonly email: string }): Markup {
  return (
    <div class="notice">
      <p>
        Please confirm your email address <strong>{email}</strong>. Until then you cannot generate API keys. The mail
        that came when you signed up has a link; it works for an hour.
      </p>
      <form method="post" action="/verify-email/resend">
        <button type="submit" class="quiet">
          Mail the link again
        </button>
      </form>
    </div>
  );
}

/** A key that leaked, until its owner puts the notice away. */
function LeakNotice({ leak }: { readonly leak: Leak }): Markup {
  return (
    <div class="alert">
      <p>
        Your key <strong>{leak.label}</strong> (<code>{leak.maskedKey}</code>) was found in public and is revoked.{' '}
        {leak.leakUrl === null ? null : (
          <>
            It was found at <span class="url">{leak.leakUrl}</span>.{' '}
          </>
        )}
        <a href={`/settings/api-access/${leak.id}/activity`}>See what it did</a>
      </p>
      <form method="post" action={`/settings/api-access/${leak.id}/dismiss`}>
        <button type="submit" class="quiet">
          Dismiss
        </button>
      </form>
    </div>
  );
}

function KeyListPage(props: {
  readonly person: Person;
  readonly keys: readonly KeyWithUsage[];
  readonly leaks: readonly Leak[];
  /** There are more ended keys than those among the keys. */
  readonly hasMoreEnded: boolean;
  readonly notice: string | undefined;
  readonly wantsMails: boolean;
}): Markup {
  const { person, keys, leaks, hasMoreEnded, notice, wantsMails } = props;
  const { now } = person.ctx;
  const active = keys.filter(({ apiKey }) => apiKey.status === 'active');
  const ended = keys.length - active.length;
  const isConfirmed = person.owner.emailVerified;
  const isUsageUnknown = active.some(({ usage }) => usage === undefined);
  return (
    <Layout title="API access" viewer={person} section="api-access">
      <div class="heading">
        <h1>API access</h1>
        {isConfirmed && keys.length > 0 && active.length < ACTIVE_KEYS_PER_ACCOUNT ? (
          <a class="button" href="/settings/api-access/new">
            Generate a key
          </a>
        ) : null}
      </div>
      {notice === undefined ? null : <output class="notice">{notice}</output>}
      {leaks.map((leak) => (
        <LeakNotice leak={leak} />
      ))}
      {isConfirmed ? null : <ConfirmEmail email={person.owner.email} />}
      {keys.length === 0 ? (
        <NoKeys canGenerate={isConfirmed} />
      ) : (
        <>
          <p class="muted">
            {active.length} of {ACTIVE_KEYS_PER_ACCOUNT} active keys.
            {active.length < ACTIVE_KEYS_PER_ACCOUNT ? '' : ' Revoke one to generate another.'}{' '}
            <a href="/docs/quickstart">How to use a key</a>
          </p>
          {isUsageUnknown ? <UsageUnknown /> : null}
          {active.length === 0 ? null : <ActiveKeys keys={active} now={now} />}
          {ended === 0 ? null : (
            <p>
              <a href="/settings/api-access/ended">
                Revoked and expired keys ({hasMoreEnded ? `more than ${ended}` : ended})
              </a>
            </p>
          )}
          <MailSwitch isOn={wantsMails} />
        </>
      )}
    </Layout>
  );
}

/** The active keys with their last 24 hours, the first page of ended keys, and notices of leaks. */
export const getKeyList: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access',
  access: 'session',
  async handle(context, person) {
    const [{ keys, nextCursor }, leaks, wantsMails] = await Promise.all([
      listKeysWithUsage(person.ctx, {}),
      listLeaks(person.ctx),
      wantsWarnings(person.ctx),
    ]);
    const notice = NOTICES.get(context.c.req.query('notice') ?? '');
    return await render(
      context,
      200,
      <KeyListPage
        person={person}
        keys={keys}
        leaks={leaks}
        hasMoreEnded={nextCursor !== null}
        notice={notice}
        wantsMails={wantsMails}
      />,
    );
  },
};

/** Puts the notice of a leaked key away. The key stays revoked. */
export const postDismissLeak: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/dismiss',
  access: 'session',
  async handle(context, person) {
    await dismissLeakOf(person.ctx, pathParam(context.c.req, 'id'));
    return redirect(context, '/settings/api-access');
  },
};
