import { ERRORS } from '../../../config/errors.ts';
import { ApiError, type ErrorReason } from '../../../domain/api-error.ts';
import {
  changeWebhook,
  checkReceiver,
  type Delivery,
  deleteWebhook,
  listDeliveries,
  type ProbeResult,
  readRotation,
  readWebhook,
  replay,
  rotateWebhookSecret,
  testWebhook,
  type Webhook,
} from '../../../domain/webhooks/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { clientAddress } from '../../request/client-address.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { errorPartsOf } from '../../response/error-response.ts';
import { FieldError, type FieldErrors, FormAlert, invalid, toFieldErrors } from '../components/form.tsx';
import { Ago, DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { ReceiverCheck } from './check.tsx';
import { pathOf, webhookNamed } from './endpoint-path.ts';
import { toWebhookErrors, toWebhookForm, WebhookFields, type WebhookForm } from './fields.tsx';
import { WebhookStatus } from './list.tsx';
import { sendToSecret } from './secret.tsx';

const NOTICES = new Map([
  ['changed', 'The endpoint is changed.'],
  ['disabled', 'The endpoint is disabled. You can replay later what happens now.'],
  ['enabled', 'The endpoint is enabled.'],
  ['tested', 'A test event is on its way. Reload this page to see what came of it.'],
  ['replayed', 'The deliveries are queued.'],
]);

const DELIVERY_WORDS = {
  pending: 'Pending',
  delivered: 'Delivered',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const;

const BADGES = { pending: 'expired', delivered: 'active', failed: 'failed', cancelled: 'expired' } as const;

/** The status of a delivery as a word with a colour; the word alone tells it, too. */
export function DeliveryBadge({ status }: { readonly status: Delivery['status'] }): Markup {
  return <span class={`badge ${BADGES[status]}`}>{DELIVERY_WORDS[status]}</span>;
}

function Deliveries(props: {
  readonly path: string;
  readonly deliveries: readonly Delivery[];
  readonly nextCursor: string | null;
  readonly status: string | undefined;
  readonly now: number;
}): Markup {
  const { path, deliveries, nextCursor, status, now } = props;
  const filter = status === undefined ? '' : `status=${status}&`;
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">Deliveries</h2>
      <nav aria-label="Deliveries by status" class="filters">
        {[undefined, 'pending', 'delivered', 'failed', 'cancelled'].map((each) => (
          <a
            href={each === undefined ? `${path}#deliveries` : `${path}?status=${each}#deliveries`}
            aria-current={each === status ? 'true' : undefined}
          >
            {each === undefined ? 'All' : DELIVERY_WORDS[each as Delivery['status']]}
          </a>
        ))}
      </nav>
      {deliveries.length === 0 ? (
        <p class="muted">
          {status === undefined ? 'Nothing was sent yet. Send a test event.' : 'No delivery has this status.'}
        </p>
      ) : (
        <section class="scroll" tabindex={0} aria-label="Deliveries, as a table">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Event</th>
                <th scope="col">Status</th>
                <th scope="col">Attempts</th>
                <th scope="col">Last response</th>
              </tr>
            </thead>
            <tbody>
              {deliveries.map((delivery) => (
                <tr>
                  <td>
                    <a href={`${path}/deliveries/${delivery.id}`}>
                      <DateTime iso={delivery.createdAt} />
                    </a>
                  </td>
                  <td>{delivery.event}</td>
                  <td>
                    <DeliveryBadge status={delivery.status} />
                    {delivery.nextAttemptAt === null || delivery.attempts === 0 ? null : (
                      <>
                        {' '}
                        next attempt <Ago iso={delivery.nextAttemptAt} now={now} />
                      </>
                    )}
                  </td>
                  <td>{delivery.attempts}</td>
                  <td>{delivery.lastStatusCode ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {nextCursor === null ? null : (
        <p>
          <a href={`${path}?${filter}cursor=${nextCursor}#deliveries`}>Older deliveries</a>
        </p>
      )}
    </section>
  );
}

/** A form with one button. */
function Action(props: {
  readonly path: string;
  readonly action: string;
  readonly label: string;
  readonly isDangerous?: boolean;
}): Markup {
  const { path, action, label, isDangerous } = props;
  return (
    <form method="post" action={path}>
      <input type="hidden" name="action" value={action} />
      <button type="submit" class={isDangerous ? 'danger' : 'secondary'}>
        {label}
      </button>
    </form>
  );
}

function Secret(props: { readonly path: string; readonly previousExpiresAt: string | undefined }): Markup {
  const { path, previousExpiresAt } = props;
  return (
    <section aria-labelledby="secret">
      <h2 id="secret">Signing secret</h2>
      {previousExpiresAt === undefined ? (
        <>
          <p>
            A rotation creates a new secret. For 24 hours both secrets sign each request, so that you can change your
            receiver without losing one.
          </p>
          <Action path={path} action="rotate" label="Rotate the secret" />
        </>
      ) : (
        <>
          <p>
            Two secrets sign each request. The older one ends on <DateTime iso={previousExpiresAt} />.
          </p>
          <Action path={path} action="rotate-now" label="End the older one now, and rotate again" />
        </>
      )}
    </section>
  );
}

function Replay(props: { readonly path: string; readonly since: string; readonly errors: FieldErrors }): Markup {
  const { path, since, errors } = props;
  return (
    <section aria-labelledby="replay">
      <h2 id="replay">Replay</h2>
      <p>Sends failed and cancelled deliveries again, and the events that happened while the endpoint was disabled.</p>
      <form method="post" action={`${path}#replay`}>
        <input type="hidden" name="action" value="replay" />
        <div class="field">
          <label for="since">Since (UTC)</label>
          <input type="datetime-local" id="since" name="since" value={since} required {...invalid('since', errors)} />
          <FieldError name="since" errors={errors} />
        </div>
        <button type="submit" class="secondary">
          Replay missed events
        </button>
      </form>
    </section>
  );
}

interface Shown {
  readonly form?: WebhookForm;
  readonly errors?: FieldErrors;
  readonly alert?: string;
  readonly probes?: readonly ProbeResult[];
  readonly headers?: Readonly<Record<string, string>>;
}

function EndpointPage(props: {
  readonly person: Person;
  readonly keyId: string;
  readonly path: string;
  readonly webhook: Webhook;
  readonly previousExpiresAt: string | undefined;
  readonly page: { readonly deliveries: readonly Delivery[]; readonly nextCursor: string | null };
  readonly status: string | undefined;
  readonly notice: string | undefined;
  readonly shown: Shown;
}): Markup {
  const { person, keyId, path, webhook, previousExpiresAt, page, status, notice, shown } = props;
  const { now } = person.ctx;
  const { errors = new Map(), alert, probes } = shown;
  const form = shown.form ?? { url: webhook.url, events: webhook.events, description: webhook.description ?? '' };
  const isActive = webhook.status === 'active';
  const hasChangeErrors = ['url', 'events', 'description'].some((name) => errors.has(name));
  const aDayAgo = new Date(now - 86_400_000).toISOString().slice(0, 16);
  return (
    <Layout title={`Webhook ${webhook.url}`} viewer={person} section="api-access">
      <p class="back">
        <a href={`/settings/api-access/${keyId}#webhooks`}>The key</a>
      </p>
      <div class="heading">
        <h1>{webhook.description ?? 'Webhook endpoint'}</h1>
        <WebhookStatus webhook={webhook} now={now} />
      </div>
      <p>
        <code class="url">{webhook.url}</code>
      </p>
      <p class="muted">{webhook.events.join(', ')}</p>
      {notice === undefined ? null : <output class="notice">{notice}</output>}
      {alert === undefined ? null : <FormAlert>{alert}</FormAlert>}
      <div class="actions">
        {isActive ? <Action path={path} action="test" label="Send a test event" /> : null}
        <Action path={path} action="check" label="Check my receiver" />
        <Action path={path} action={isActive ? 'disable' : 'enable'} label={isActive ? 'Disable' : 'Enable'} />
      </div>
      {probes === undefined ? null : <ReceiverCheck probes={probes} />}
      <Deliveries path={path} {...page} status={status} now={now} />
      {isActive ? <Replay path={path} since={aDayAgo} errors={errors} /> : null}
      <Secret path={path} previousExpiresAt={previousExpiresAt} />
      <details open={hasChangeErrors}>
        <summary>Change the endpoint</summary>
        <form method="post" action={path}>
          <input type="hidden" name="action" value="change" />
          <WebhookFields form={form} errors={errors} />
          <button type="submit">Save</button>
        </form>
      </details>
      <details>
        <summary>Delete the endpoint</summary>
        <p>This also deletes its deliveries and their attempts. Pending deliveries are not sent.</p>
        <Action path={path} action="delete" label="Delete the endpoint" isDangerous />
      </details>
    </Layout>
  );
}

async function show(context: RequestContext, person: Person, status = 200, shown: Shown = {}): Promise<Response> {
  const { req } = context.c;
  const named = webhookNamed(context);
  const { status: wanted, cursor, notice } = req.query();
  const query = { ...(wanted !== undefined && { status: wanted }), ...(cursor !== undefined && { cursor }) };
  const [{ webhook }, previousExpiresAt, page] = await Promise.all([
    readWebhook(person.ctx, named),
    readRotation(person.ctx, named),
    listDeliveries(person.ctx, named, query),
  ]);
  const noticed = shown.alert === undefined && shown.probes === undefined ? NOTICES.get(notice ?? '') : undefined;
  return await render(
    context,
    status,
    <EndpointPage
      person={person}
      keyId={named.keyId}
      path={pathOf(named)}
      webhook={webhook}
      previousExpiresAt={previousExpiresAt}
      page={page}
      status={wanted}
      notice={noticed}
      shown={shown}
    />,
    shown.headers,
  );
}

/** The page of an endpoint: its settings, its buttons and its deliveries, the newest first. */
export const getWebhook: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/webhooks/:webhookId',
  access: 'session',
  handle: (context, person) => show(context, person),
};

/** The action of a button of the page; it returns the notice for the page that follows, or its own response. */
type Act = (context: RequestContext, person: Person, fields: URLSearchParams) => Promise<string | Response>;

const ACTIONS: Readonly<Record<string, Act>> = {
  async change(context, { ctx }, fields) {
    const { description, ...form } = toWebhookForm(fields);
    const change = { ...form, description: description === '' ? null : description };
    await changeWebhook(ctx, webhookNamed(context), change, addressOf(context));
    return 'changed';
  },
  async disable(context, { ctx }) {
    await changeWebhook(ctx, webhookNamed(context), { status: 'disabled' }, addressOf(context));
    return 'disabled';
  },
  async enable(context, { ctx }) {
    await changeWebhook(ctx, webhookNamed(context), { status: 'active' }, addressOf(context));
    return 'enabled';
  },
  async test(context, { ctx }) {
    await testWebhook(ctx, webhookNamed(context), addressOf(context));
    return 'tested';
  },
  async replay(context, { ctx }, fields) {
    // Browsers leave seconds and the zone out.
    const since = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/.exec(textOf(fields, 'since'));
    const input = { since: since ? `${since[1]}${since[2] ?? ':00'}Z` : '' };
    await replay(ctx, webhookNamed(context), input, addressOf(context));
    return 'replayed';
  },
  rotate: (context, person) => rotate(context, person, {}),
  'rotate-now': (context, person) => rotate(context, person, { endPrevious: true }),
  async check(context, person) {
    const probes = await checkReceiver(person.ctx, webhookNamed(context), addressOf(context));
    return await show(context, person, 200, { probes });
  },
  async delete(context, { ctx }) {
    const named = webhookNamed(context);
    await deleteWebhook(ctx, named, addressOf(context));
    return redirect(context, `/settings/api-access/${named.keyId}#webhooks`);
  },
};

async function rotate(context: RequestContext, { ctx }: Person, input: object): Promise<Response> {
  const named = webhookNamed(context);
  const { secret } = await rotateWebhookSecret(ctx, named, input, addressOf(context));
  return await sendToSecret(context, named.keyId, named.webhookId, secret);
}

/** A refusal as the page shows it. */
function answerOf(reason: ErrorReason): Shown {
  const { message, headers } = errorPartsOf(reason);
  return { alert: message, ...(headers && { headers }) };
}

function addressOf({ c }: RequestContext) {
  return clientAddress(c.req.raw.headers);
}

/**
 * Does what the pressed button names in `action`: one form target for all buttons of the page. An unknown action is
 * 404.
 */
export const postWebhook: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/webhooks/:webhookId',
  access: 'session',
  async handle(context, person) {
    const fields = await readForm(context.c.req.raw);
    const name = textOf(fields, 'action');
    const act = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!act) throw new ApiError({ code: 'not_found' });
    try {
      const outcome = await act(context, person, fields);
      if (typeof outcome !== 'string') return outcome;
      return redirect(context, `${pathOf(webhookNamed(context))}?notice=${outcome}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { reason } = error;
      if (reason.code === 'invalid_request') {
        const errors = toWebhookErrors(toFieldErrors(reason.details));
        const alert = errors.get('status') ?? 'Nothing changed. Please correct the marked fields.';
        return await show(context, person, 400, {
          errors,
          alert,
          ...(name === 'change' && { form: toWebhookForm(fields) }),
        });
      }
      if (reason.code !== 'rate_limit_exceeded' && reason.code !== 'rotation_in_progress') throw error;
      return await show(context, person, ERRORS[reason.code].status, answerOf(reason));
    }
  },
};
