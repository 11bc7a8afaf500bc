import { ERRORS } from '../../../config/errors.ts';
import { ApiError } from '../../../domain/api-error.ts';
import { type DeliveryDetail, readDelivery, redeliver } from '../../../domain/webhooks/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { clientAddress } from '../../request/client-address.ts';
import { pathParam } from '../../request/path-param.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { errorPartsOf } from '../../response/error-response.ts';
import { FormAlert } from '../components/form.tsx';
import { DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, redirect, render } from '../render.ts';
import { attemptText } from './attempt-text.ts';
import { DeliveryBadge } from './endpoint.tsx';
import { pathOf, webhookNamed } from './endpoint-path.ts';

type Detail = DeliveryDetail['delivery'];
type Attempt = Detail['attemptLog'][number];

/** The payload, line by line if it is JSON; it was sent as one line. */
function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

/** The headers of an attempt. The signature is made with the secrets of then, which are kept encrypted. */
function headersOf({ eventId }: Detail, attempt: Attempt | undefined): string {
  const seconds = attempt ? Math.floor(Date.parse(attempt.at) / 1_000) : '(the second of the attempt)';
  return [
    'Content-Type: application/json',
    'User-Agent: Jestha-Webhooks/1',
    `webhook-id: ${eventId}`,
    `webhook-timestamp: ${seconds}`,
    'webhook-signature: v1,(HMAC-SHA-256 with your secret; two of them during a rotation)',
  ].join('\n');
}

/** A text that may be wider or longer than the screen. */
function TextBlock({ name, children }: { readonly name: string; readonly children: string }): Markup {
  return (
    <section class="scroll" tabindex={0} aria-label={name}>
      <pre>{children}</pre>
    </section>
  );
}

function Attempts({ log }: { readonly log: readonly Attempt[] }): Markup {
  if (log.length === 0) return <p class="muted">None yet.</p>;
  return (
    <>
      {log.map((attempt, i) => (
        <article class="key">
          <header>
            <h3>
              {i + 1}: <DateTime iso={attempt.at} />
            </h3>
            <span class={`badge ${attempt.error === null ? 'active' : 'failed'}`}>
              {attempt.statusCode === null ? 'No response' : `Status ${attempt.statusCode}`}
            </span>
          </header>
          <p class="muted">
            {attempt.durationMs} ms{attempt.error === null ? null : `, ${attemptText(attempt.error)}`}
          </p>
          {attempt.responseBody ? (
            <TextBlock name={`Response to attempt ${i + 1}`}>{attempt.responseBody}</TextBlock>
          ) : null}
        </article>
      ))}
    </>
  );
}

function DeliveryPage(props: {
  readonly person: Person;
  readonly path: string;
  readonly delivery: Detail;
  readonly alert: string | undefined;
  readonly isQueued: boolean;
}): Markup {
  const { person, path, delivery, alert, isQueued } = props;
  return (
    <Layout title={`Delivery of ${delivery.event}`} viewer={person} section="api-access">
      <p class="back">
        <a href={`${path}#deliveries`}>Deliveries</a>
      </p>
      <div class="heading">
        <h1>{delivery.event}</h1>
        <DeliveryBadge status={delivery.status} />
      </div>
      {alert === undefined ? null : <FormAlert>{alert}</FormAlert>}
      {isQueued ? (
        <output class="notice">The delivery is queued again. Reload this page to see the result.</output>
      ) : null}
      <p>
        <code class="masked">{delivery.eventId}</code>
      </p>
      {delivery.nextAttemptAt === null ? null : (
        <p>
          Next attempt: <DateTime iso={delivery.nextAttemptAt} />
        </p>
      )}
      <form method="post" action={`${path}/deliveries/${delivery.id}/redeliver`}>
        <button type="submit" class="secondary">
          Send it again
        </button>
      </form>
      <h2>Attempts</h2>
      <Attempts log={delivery.attemptLog} />
      <h2>Request headers</h2>
      <TextBlock name="Request headers">{headersOf(delivery, delivery.attemptLog.at(-1))}</TextBlock>
      <h2>Payload</h2>
      <TextBlock name="Payload">{pretty(delivery.payload)}</TextBlock>
      <details>
        <summary>The exact bytes that we send and sign</summary>
        <TextBlock name="The exact text">{delivery.payload}</TextBlock>
      </details>
    </Layout>
  );
}

function named(context: RequestContext) {
  return { ...webhookNamed(context), deliveryId: pathParam(context.c.req, 'deliveryId') };
}

async function show(context: RequestContext, person: Person, status: number, alert?: string): Promise<Response> {
  const { delivery } = await readDelivery(person.ctx, named(context));
  const path = pathOf(webhookNamed(context));
  const isQueued = alert === undefined && context.c.req.query('notice') === 'queued';
  const page = { person, path, delivery, alert, isQueued };
  return await render(context, status, <DeliveryPage {...page} />);
}

/** One delivery: the exact payload, and each attempt with its response. */
export const getDelivery: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/webhooks/:webhookId/deliveries/:deliveryId',
  access: 'session',
  handle: (context, person) => show(context, person, 200),
};

/** Queues the delivery again. A disabled endpoint and the throttle refuse it with an alert on the page. */
export const postDelivery: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/webhooks/:webhookId/deliveries/:deliveryId/redeliver',
  access: 'session',
  async handle(context, person) {
    const path = named(context);
    try {
      await redeliver(person.ctx, path, clientAddress(context.c.req.raw.headers));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { reason } = error;
      if (reason.code !== 'invalid_request' && reason.code !== 'rate_limit_exceeded') throw error;
      const [detail] = reason.code === 'invalid_request' ? reason.details : [];
      return await show(context, person, ERRORS[reason.code].status, detail?.message ?? errorPartsOf(reason).message);
    }
    return redirect(context, `${pathOf(webhookNamed(context))}/deliveries/${path.deliveryId}?notice=queued`);
  },
};
