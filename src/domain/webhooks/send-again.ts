import { THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { isId, newId } from '../../lib/id.ts';
import { throttle } from '../accounts/index.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { ActorCtx, ClientAddress } from '../context.ts';
import { type Write, type Written, writeOnce } from '../idempotency/index.ts';
import { newEventId } from '../outbox/index.ts';
import { parseInput } from '../parse-input.ts';
import { nameWebhook, type WebhookPath } from './named.ts';
import { replaySchema } from './schemas.ts';
import {
  insertSendAudit,
  insertTestDelivery,
  insertTestEvent,
  type Named,
  queuedDeliveryJson,
  replayEvents,
  replayedAnswer,
  requeueDelivery,
  selectReception,
} from './store.ts';
import type { DeliveryAnswer, Replayed } from './webhook.ts';

/**
 * Sends an endpoint an event of its own, `webhook.test`.
 *
 * @throws ApiError `not_found`, `rate_limit_exceeded`, `invalid_request` (it is disabled)
 */
export async function testWebhook(
  ctx: ActorCtx,
  path: WebhookPath,
  address?: ClientAddress,
): Promise<Written<DeliveryAnswer>> {
  const named = nameWebhook(ctx, path);
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const delivery = { id: newId(ctx.now), eventId: newEventId(), at };
  return await queue(ctx, named, {
    statements: [
      insertSendAudit(db, named, { event: 'webhook_tested', at, address }),
      insertTestEvent(db, named, delivery.eventId, at),
      insertTestDelivery(db, named, delivery),
    ],
    answer: queuedDeliveryJson(named, delivery.id, at),
  });
}

/** Sends one delivery again. @throws ApiError like {@link testWebhook} */
export async function redeliver(
  ctx: ActorCtx,
  path: WebhookPath & { readonly deliveryId: string },
  address?: ClientAddress,
): Promise<Written<DeliveryAnswer>> {
  const named = nameWebhook(ctx, path);
  const { deliveryId } = path;
  if (!isId(deliveryId)) throw new ApiError({ code: 'not_found' });
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  return await queue(ctx, named, {
    statements: [
      insertSendAudit(db, named, { event: 'webhook_redelivered', at, address }, deliveryId),
      requeueDelivery(db, named, deliveryId, at),
    ],
    answer: queuedDeliveryJson(named, deliveryId, at),
  });
}

/** Sends again what an endpoint missed since a time. @throws ApiError like {@link testWebhook} */
export async function replay(
  ctx: ActorCtx,
  path: WebhookPath,
  input: unknown,
  address?: ClientAddress,
): Promise<Written<Replayed>> {
  const named = nameWebhook(ctx, path);
  const { since, status } = parseInput(replaySchema, input);
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  return await queue(ctx, named, {
    statements: [
      insertSendAudit(db, named, { event: 'webhook_replayed', at, address }),
      replayEvents(db, named, { since: new Date(since), isAll: status === 'all', at }),
    ],
    answer: replayedAnswer(named, at),
  });
}

/** Queues deliveries by a write that is throttled, and wakes a consumer after the response. */
async function queue<T>(ctx: ActorCtx, named: Named, write: Omit<Write, 'status'>): Promise<Written<T>> {
  const { webhookId } = named;
  await throttle(ctx, [{ rule: THROTTLES.webhookSends, subject: webhookId }], 'webhook_sends');
  const written = await writeOnce(ctx, { ...write, status: 202 });
  if (!written) throw await whyNot(ctx, named);
  if (!written.replayed) ctx.defer(ctx.ports.webhookEvents.send({ endpointId: webhookId }));
  return { ...written, value: JSON.parse(written.value) as T };
}

/** Why nothing could be queued: there is no such endpoint or delivery, or nothing can be sent. */
async function whyNot(ctx: ActorCtx, named: Named): Promise<ApiError> {
  const { rows } = await runSql(selectReception(ctx.ports.db, named, new Date(ctx.now)));
  const [found] = rows;
  if (!found || found.mayReceive) return new ApiError({ code: 'not_found' });
  const why = found.isEnabled ? 'its key is revoked or has expired' : 'the endpoint is disabled; enable it first';
  return invalidField('status', why);
}
