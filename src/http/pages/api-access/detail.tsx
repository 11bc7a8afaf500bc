import { type AuditEvent, type KeyDetail, readKey, type UsageBucket } from '../../../domain/keys/index.ts';
import { listWebhooks, type Webhook } from '../../../domain/webhooks/index.ts';
import type { Person } from '../../endpoint.ts';
import { KeyFacts, LastUsed, StatusBadge } from '../components/key-facts.tsx';
import { DateTime } from '../components/time.tsx';
import { ChartKey, UsageChart, UsageUnknown } from '../components/usage-chart.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, render } from '../render.ts';
import { WebhookList } from '../webhooks/list.tsx';
import { FamilyWarning } from './allowlist-help.tsx';
import { Failures, readFailures, type ShownFailures } from './failures.tsx';
import { HealthLines } from './health.tsx';

const EVENTS: Readonly<Record<AuditEvent['event'], string>> = {
  created: 'Generated',
  revoked: 'Revoked',
  first_use: 'Used from a new address',
  refused_address: 'Refused: the address is not on the allowlist',
  webhook_created: 'Webhook endpoint added',
  webhook_changed: 'Webhook endpoint changed',
  webhook_deleted: 'Webhook endpoint deleted',
  webhook_secret_rotated: 'Webhook secret rotated',
  webhook_tested: 'Webhook test sent',
  webhook_redelivered: 'Webhook delivery sent again',
  webhook_replayed: 'Webhook deliveries replayed',
};

function AuditLog(props: {
  readonly id: string;
  readonly isActive: boolean;
  readonly events: readonly AuditEvent[];
}): Markup {
  const { id, isActive, events } = props;
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <section class="scroll" tabindex={0} aria-label="History, as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Address</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr>
                <td>
                  <DateTime iso={event.at.toISOString()} />
                </td>
                <td>
                  <EventText event={event} />
                </td>
                <td>
                  <span class="address">{event.blocks > 1 ? `${event.blocks} addresses` : (event.address ?? '–')}</span>
                  {isActive ? <AlsoAllow id={id} event={event} /> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function EventText({ event: { event, count, lastAt } }: { readonly event: AuditEvent }): Markup {
  if (event !== 'refused_address' || count === 1) return <>{EVENTS[event]}</>;
  return (
    <>
      Refused {count} times, not on the allowlist; last <DateTime iso={lastAt.toISOString()} />
    </>
  );
}

/** Allowlists are fixed, so another address needs another key. */
function AlsoAllow({
  id,
  event: { event, address },
}: {
  readonly id: string;
  readonly event: AuditEvent;
}): Markup | null {
  if (event !== 'refused_address' || address === null) return null;
  return (
    <>
      {' '}
      <a href={`/settings/api-access/new?like=${id}&plus=${encodeURIComponent(address)}`}>
        Generate a key like this one that also allows {address}
      </a>
    </>
  );
}

function RevokeLink({ id, label }: { readonly id: string; readonly label: string }): Markup {
  return (
    <a class="danger" href={`/settings/api-access/${id}/revoke`}>
      Revoke<span class="visually-hidden"> {label}</span>
    </a>
  );
}

function Hours(props: {
  readonly id: string;
  readonly heading: string;
  readonly buckets: readonly UsageBucket[] | undefined;
}): Markup {
  const { id, heading, buckets } = props;
  if (buckets === undefined) return <UsageUnknown />;
  return <UsageChart id={id} heading={heading} buckets={buckets} unit="hour" period="the last 24 hours" />;
}

/** Two keys with the same scopes side by side: has the old one gone quiet? */
function SideBySide({ detail, now }: { readonly detail: KeyDetail; readonly now: number }): Markup | null {
  const { apiKey, hours, sibling } = detail;
  if (!sibling) return null;
  const pair = [
    { apiKey, hours },
    { apiKey: sibling.apiKey, hours: sibling.hours },
  ].sort((a, b) => a.apiKey.createdAt.localeCompare(b.apiKey.createdAt));
  return (
    <section aria-labelledby="rotation">
      <h2 id="rotation">Rotation under way?</h2>
      <p>
        Two of your keys may do the same. Once the older one has been quiet for as long as your service ever is, revoke
        it.
      </p>
      <div class="pair">
        {pair.map((shown, i) => (
          <article class="key">
            <header>
              <h3>
                {i === 0 ? 'Older: ' : 'Newer: '}
                <a href={`/settings/api-access/${shown.apiKey.id}`}>{shown.apiKey.label}</a>
              </h3>
              <code class="masked">{shown.apiKey.maskedKey}</code>
            </header>
            <p>
              Last used: <LastUsed apiKey={shown.apiKey} now={now} isUnknown={shown.hours === undefined} />
            </p>
            <Hours
              id={`pair-${i}`}
              heading={`${i === 0 ? 'Older' : 'Newer'} key, last 24 hours`}
              buckets={shown.hours}
            />
            <footer>
              <RevokeLink id={shown.apiKey.id} label={shown.apiKey.label} />
            </footer>
          </article>
        ))}
      </div>
    </section>
  );
}

function RotationGuide({ id }: { readonly id: string }): Markup {
  return (
    <section aria-labelledby="rotate">
      <h2 id="rotate">Replace this key without downtime</h2>
      <ol>
        <li>
          <a href={`/settings/api-access/new?like=${id}`}>Generate a second key that may do the same</a>.
        </li>
        <li>Give it to your service.</li>
        <li>Come back here: this page then shows the traffic of both, side by side.</li>
        <li>When this one has gone quiet, revoke it.</li>
      </ol>
    </section>
  );
}

function KeyDetailPage(props: {
  readonly person: Person;
  readonly detail: KeyDetail;
  readonly webhooks: readonly Webhook[];
  readonly failures: ShownFailures;
}): Markup {
  const { person, detail, webhooks, failures } = props;
  const { apiKey, health, hours, days, events, sibling } = detail;
  const { now } = person.ctx;
  const isActive = apiKey.status === 'active';
  return (
    <Layout title={apiKey.label} viewer={person} section="api-access">
      <p class="back">
        <a href="/settings/api-access">API access</a>
      </p>
      <div class="heading">
        <h1>{apiKey.label}</h1>
        <StatusBadge status={apiKey.status} />
        {isActive ? <RevokeLink id={apiKey.id} label={apiKey.label} /> : null}
      </div>
      <p>
        <code class="masked">{apiKey.maskedKey}</code>
      </p>
      <HealthLines health={health} />
      <KeyFacts apiKey={apiKey} now={now} isUseUnknown={isActive && hours === undefined} />
      {isActive ? <FamilyWarning ipAllowlist={apiKey.ipAllowlist} /> : null}
      <section aria-labelledby="usage">
        <h2 id="usage">Usage</h2>
        {hours === undefined || days === undefined ? (
          <UsageUnknown />
        ) : (
          <>
            <ChartKey />
            <div class="charts">
              <UsageChart id="hours" heading="Last 24 hours" buckets={hours} unit="hour" period="the last 24 hours" />
              <UsageChart id="days" heading="Last 30 days" buckets={days} unit="day" period="the last 30 days" />
            </div>
          </>
        )}
      </section>
      {sibling ? <SideBySide detail={detail} now={now} /> : null}
      {isActive && !sibling ? <RotationGuide id={apiKey.id} /> : null}
      <WebhookList apiKey={apiKey} webhooks={webhooks} now={now} />
      <Failures apiKey={apiKey} shown={failures} />
      <AuditLog id={apiKey.id} isActive={isActive} events={events} />
    </Layout>
  );
}

export const getKeyDetail: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id',
  access: 'session',
  async answer(exchange, person) {
    const id = exchange.c.req.param('id') ?? '';
    const [detail, { webhooks }, failures] = await Promise.all([
      readKey(person.ctx, id),
      listWebhooks(person.ctx, id),
      readFailures(exchange, person, id),
    ]);
    const page = <KeyDetailPage person={person} detail={detail} webhooks={webhooks} failures={failures} />;
    return await render(exchange, 200, page);
  },
};
