import { ACTIVE_KEYS_PER_ACCOUNT } from '../../../config/limits.ts';
import { wantsWarnings } from '../../../domain/key-mails/index.ts';
import {
  dismissLeakOf,
  type KeyWithUsage,
  type Leak,
  listKeysWithUsage,
  listLeaks,
} from '../../../domain/keys/index.ts';
import type { Person } from '../../endpoint.ts';
import { KeyFacts, StatusBadge } from '../components/key-facts.tsx';
import { Sparkline, UsageUnknown } from '../components/usage-chart.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, redirect, render } from '../render.ts';
import { HealthLines } from './health.tsx';
import { MailSwitch } from './mails.tsx';

const NOTICES = new Map([['verification-sent', 'We mailed you a link. Open it to confirm your e-mail address.']]);

function KeyCard({ shown, now }: { readonly shown: KeyWithUsage; readonly now: number }): Markup {
  const { apiKey, health, usage } = shown;
  return (
    <article class="key">
      <header>
        <h3>
          <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a>
        </h3>
        <StatusBadge status={apiKey.status} />
        <code class="masked">{apiKey.maskedKey}</code>
        {usage === undefined ? null : <Sparkline buckets={usage} />}
      </header>
      <HealthLines health={health} />
      <KeyFacts apiKey={apiKey} now={now} isUseUnknown={apiKey.status === 'active' && usage === undefined} />
      {apiKey.status === 'active' ? (
        <footer>
          <a href={`/settings/api-access/${apiKey.id}`}>Usage and history</a>
          <a class="danger" href={`/settings/api-access/${apiKey.id}/revoke`}>
            Revoke<span class="visually-hidden"> {apiKey.label}</span>
          </a>
        </footer>
      ) : null}
    </article>
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
        Please confirm your e-mail address <strong>{email}</strong>. Until then you cannot generate API keys. The mail
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
          Put this notice away
        </button>
      </form>
    </div>
  );
}

/** Revoked and expired keys, and where there are more. */
function Older(props: {
  readonly keys: readonly KeyWithUsage[];
  readonly now: number;
  readonly nextCursor: string | null;
}): Markup {
  const { keys, now, nextCursor } = props;
  return (
    <>
      {keys.map((shown) => (
        <KeyCard shown={shown} now={now} />
      ))}
      {nextCursor === null ? null : (
        <p>
          <a href={`/settings/api-access?cursor=${nextCursor}`}>Older keys</a>
        </p>
      )}
    </>
  );
}

function KeyListPage(props: {
  readonly person: Person;
  readonly keys: readonly KeyWithUsage[];
  readonly leaks: readonly Leak[];
  readonly nextCursor: string | null;
  /** The page that begins with the active keys. */
  readonly isFirst: boolean;
  readonly notice: string | undefined;
  readonly wantsMails: boolean;
}): Markup {
  const { person, keys, leaks, nextCursor, isFirst, notice, wantsMails } = props;
  const { now } = person.ctx;
  const active = keys.filter(({ apiKey }) => apiKey.status === 'active');
  const over = keys.filter(({ apiKey }) => apiKey.status !== 'active');
  const isConfirmed = person.owner.emailVerified;
  const isUsageUnknown = active.some(({ usage }) => usage === undefined);
  return (
    <Layout title="API access" viewer={person} section="api-access">
      <div class="heading">
        <h1>API access</h1>
        {isFirst && isConfirmed && keys.length > 0 && active.length < ACTIVE_KEYS_PER_ACCOUNT ? (
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
      {isFirst ? null : <Older keys={over} now={now} nextCursor={nextCursor} />}
      {!isFirst ? null : keys.length === 0 ? (
        <NoKeys canGenerate={isConfirmed} />
      ) : (
        <>
          <p class="muted">
            {active.length} of {ACTIVE_KEYS_PER_ACCOUNT} active keys.
            {active.length < ACTIVE_KEYS_PER_ACCOUNT ? '' : ' Revoke one to generate another.'}{' '}
            <a href="/docs/quickstart">How to use a key</a>
          </p>
          {isUsageUnknown ? <UsageUnknown /> : null}
          {active.length === 0 ? null : (
            <section aria-label="Active keys">
              <h2 class="visually-hidden">Active keys</h2>
              {active.map((shown) => (
                <KeyCard shown={shown} now={now} />
              ))}
            </section>
          )}
          {over.length === 0 ? null : (
            <details class="over">
              <summary>
                Revoked and expired keys ({nextCursor === null ? over.length : `the newest ${over.length}`})
              </summary>
              <Older keys={over} now={now} nextCursor={nextCursor} />
            </details>
          )}
          <MailSwitch isOn={wantsMails} />
        </>
      )}
    </Layout>
  );
}

export const getKeyList: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access',
  access: 'session',
  async answer(exchange, person) {
    const { cursor } = exchange.c.req.query();
    const [{ keys, nextCursor }, leaks, wantsMails] = await Promise.all([
      listKeysWithUsage(person.ctx, cursor === undefined ? {} : { cursor }),
      listLeaks(person.ctx),
      wantsWarnings(person.ctx),
    ]);
    const notice = NOTICES.get(exchange.c.req.query('notice') ?? '');
    return await render(
      exchange,
      200,
      <KeyListPage
        person={person}
        keys={keys}
        leaks={leaks}
        nextCursor={nextCursor}
        isFirst={cursor === undefined}
        notice={notice}
        wantsMails={wantsMails}
      />,
    );
  },
};

export const postDismissLeak: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/dismiss',
  access: 'session',
  async answer(exchange, person) {
    await dismissLeakOf(person.ctx, exchange.c.req.param('id') ?? '');
    return redirect(exchange, '/settings/api-access');
  },
};
