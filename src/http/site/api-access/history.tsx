import {
  type ApiKey,
  type AuditEvent,
  HISTORY_KINDS,
  type HistoryKind,
  type KeyHistory,
  readHistory,
} from '../../../domain/keys/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import { DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, render } from '../render.ts';

const EVENTS: Readonly<Record<AuditEvent['event'], string>> = {
  created: 'Generated',
  revocation_scheduled: 'Revocation scheduled',
  revocation_cancelled: 'Scheduled revocation cancelled',
  revoked: 'Revoked',
  expired: 'Expired',
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

const KINDS: Readonly<Record<HistoryKind, string>> = {
  key: 'The key',
  addresses: 'Addresses',
  webhooks: 'Webhooks',
};

function EventTable({ apiKey, events }: { readonly apiKey: ApiKey; readonly events: readonly AuditEvent[] }): Markup {
  return (
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
              <span class="address">
                {event.blocks > 1 && event.event === 'refused_address'
                  ? `${event.blocks} addresses`
                  : (event.address ?? '–')}
              </span>
              {apiKey.status === 'active' ? <AlsoAllow id={apiKey.id} event={event} /> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function EventText({ event: { event, count, blocks, lastAt } }: { readonly event: AuditEvent }): Markup {
  if (event !== 'refused_address' || count === 1) return <>{EVENTS[event]}</>;
  return (
    <>
      Refused {count} times from {blocks === 1 ? '1 address' : `${blocks} addresses`}, not on the allowlist; last{' '}
      <DateTime iso={lastAt.toISOString()} />
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

/** The newest events of a key, for its page. */
export function History({
  apiKey,
  events,
}: {
  readonly apiKey: ApiKey;
  readonly events: readonly AuditEvent[];
}): Markup {
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <EventTable apiKey={apiKey} events={events} />
      <p>
        <a href={`/settings/api-access/${apiKey.id}/history`}>Full history</a>
      </p>
    </section>
  );
}

function HistoryPage(props: {
  readonly person: Person;
  readonly history: KeyHistory;
  readonly kind: string | undefined;
}): Markup {
  const { person, history, kind } = props;
  const { apiKey, events, nextCursor } = history;
  const path = `/settings/api-access/${apiKey.id}/history`;
  return (
    <Layout title={`History of ${apiKey.label}`} viewer={person} section="api-access">
      <p class="back">
        <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a>
      </p>
      <h1>History of “{apiKey.label}”</h1>
      <nav aria-label="Events">
        <ul class="periods">
          <li>
            <a href={path} aria-current={kind === undefined ? 'true' : undefined}>
              All
            </a>
          </li>
          {HISTORY_KINDS.map((each) => (
            <li>
              <a href={`${path}?kind=${each}`} aria-current={kind === each ? 'true' : undefined}>
                {KINDS[each]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {events.length === 0 ? <p>Nothing happened yet.</p> : <EventTable apiKey={apiKey} events={events} />}
      {nextCursor === null ? null : (
        <p>
          <a href={`${path}?${new URLSearchParams({ ...(kind !== undefined && { kind }), cursor: nextCursor })}`}>
            Older
          </a>
        </p>
      )}
    </Layout>
  );
}

/** All events of a key in pages, the newest first; the page of the key itself shows the last ten. */
export const getHistory: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/history',
  access: 'session',
  async handle(context, person) {
    const { req } = context.c;
    const { kind, cursor } = req.query();
    const query = { ...(kind !== undefined && { kind }), ...(cursor !== undefined && { cursor }) };
    const history = await readHistory(person.ctx, pathParam(req, 'id'), query);
    return await render(context, 200, <HistoryPage person={person} history={history} kind={kind} />);
  },
};
