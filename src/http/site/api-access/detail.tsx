import { REQUESTS_PER_DAY } from '../../../config/limits.ts';
import { type KnockingKey, readKnocking } from '../../../domain/failures/index.ts';
import { type KeyDetail, readKeyDetail } from '../../../domain/keys/index.ts';
import { listWebhooks, type Webhook } from '../../../domain/webhooks/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, render } from '../render.ts';
import { WebhookList } from '../webhooks/list.tsx';
import { FamilyWarning } from './allowlist-help.tsx';
import { KeyFacts, StatusBadge } from './components/key-facts.tsx';
import { Meters } from './components/meters.tsx';
import { ChartKey, UsageChart, UsageUnknown } from './components/usage-chart.tsx';
import { Failures, readFailures, type ShownFailures } from './failures.tsx';
import { HealthLines } from './health.tsx';
import { History } from './history.tsx';
import { Knocking, RotationPanel } from './rotation.tsx';
import { ScheduledRevocation } from './schedule.tsx';

function RevokeLink({ id, label }: { readonly id: string; readonly label: string }): Markup {
  return (
    <a class="danger" href={`/settings/api-access/${id}/revoke`}>
      Revoke<span class="visually-hidden"> {label}</span>
    </a>
  );
}

function NoRequests(): Markup {
  return (
    <div class="empty-state">
      <h3>No requests yet</h3>
      <p>
        <a href="/docs/quickstart#me">Send the first</a> with the key that you stored. It shows up here at once.
      </p>
    </div>
  );
}

/** A key cannot be used any more; another one can do its work. */
function Replacement({ id }: { readonly id: string }): Markup {
  return (
    <p>
      <a class="button secondary" href={`/settings/api-access/new?like=${id}`}>
        Generate a replacement
      </a>
    </p>
  );
}

function RotationGuide({ id }: { readonly id: string }): Markup {
  return (
    <section aria-labelledby="rotate">
      <h2 id="rotate">Change or replace this key</h2>
      <p>
        The label, permissions, allowed IP addresses and expiry of a key cannot be changed. Another key takes its place
        without downtime:
      </p>
      <ol>
        <li>
          <a href={`/settings/api-access/new?like=${id}`}>Generate a second key with the same permissions</a>.
        </li>
        <li>Give it to your service.</li>
        <li>
          Come back here: this page then shows the traffic of both on one chart, and tells when you can revoke this one.
        </li>
        <li>Revoke this key, or let us revoke it after the time without requests that you choose.</li>
      </ol>
    </section>
  );
}

function KeyDetailPage(props: {
  readonly person: Person;
  readonly detail: KeyDetail;
  readonly webhooks: readonly Webhook[];
  readonly failures: ShownFailures;
  readonly knocking: readonly KnockingKey[];
}): Markup {
  const { person, detail, webhooks, failures, knocking } = props;
  const { apiKey, health, schedule, hours, days, meters, events, rotation } = detail;
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
      <HealthLines health={health.filter(({ code }) => code !== 'revocation_scheduled')} />
      {schedule && rotation?.older.apiKey.id !== apiKey.id ? (
        <ScheduledRevocation apiKey={apiKey} schedule={schedule} />
      ) : null}
      <KeyFacts apiKey={apiKey} now={now} isUseUnknown={isActive && hours === undefined} />
      {isActive ? null : <Replacement id={apiKey.id} />}
      {isActive ? <FamilyWarning ipAllowlist={apiKey.ipAllowlist} /> : null}
      <section aria-labelledby="usage">
        <h2 id="usage">Usage</h2>
        <p>
          <a href={`/settings/api-access/${apiKey.id}/activity`}>See what it did, and delete what it made</a>
        </p>
        {hours === undefined || days === undefined || meters === undefined ? (
          <UsageUnknown />
        ) : isActive && apiKey.lastUsedAt === null ? (
          <NoRequests />
        ) : (
          <>
            {isActive ? <Meters meters={meters} /> : null}
            <ChartKey />
            <div class="charts">
              <UsageChart id="hours" heading="Last 24 hours" buckets={hours} unit="hour" period="the last 24 hours" />
              <UsageChart
                id="days"
                heading="Last 30 days"
                buckets={days}
                unit="day"
                period="the last 30 days"
                limit={REQUESTS_PER_DAY}
              />
            </div>
          </>
        )}
      </section>
      {rotation ? <RotationPanel rotation={rotation} now={now} /> : null}
      <Knocking keys={knocking} />
      {isActive && !rotation ? <RotationGuide id={apiKey.id} /> : null}
      <WebhookList apiKey={apiKey} webhooks={webhooks} now={now} />
      <Failures apiKey={apiKey} shown={failures} />
      <History apiKey={apiKey} events={events} />
    </Layout>
  );
}

/** The page of one key: its facts, use, rotation, webhooks, failed calls and history. */
export const getKeyDetail: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id',
  access: 'session',
  async handle(context, person) {
    const id = pathParam(context.c.req, 'id');
    const [detail, { webhooks }, failures, knocking] = await Promise.all([
      readKeyDetail(person.ctx, id),
      listWebhooks(person.ctx, id),
      readFailures(context, person, id),
      readKnocking(person.ctx, id),
    ]);
    const page = (
      <KeyDetailPage person={person} detail={detail} webhooks={webhooks} failures={failures} knocking={knocking} />
    );
    return await render(context, 200, page);
  },
};
