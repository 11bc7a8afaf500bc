import { WEBHOOK_REPLAY_MAX, WEBHOOKS_PER_KEY } from '../../../config/limits.ts';
import {
  deliveriesQuerySchema,
  eventsQuerySchema,
  newWebhookSchema,
  replaySchema,
  rotationSchema,
  webhookChangeSchema,
} from '../../../domain/webhooks/index.ts';
import {
  createdWebhookSchema,
  deliveryAnswerSchema,
  deliveryDetailSchema,
  deliveryPageSchema,
  eventPageSchema,
  replayedSchema,
  rotatedSecretSchema,
  webhookAnswerSchema,
  webhookListSchema,
} from '../../../domain/webhooks/responses.ts';
import { grouped } from '../../../lib/grouped.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId, pathIds } from '../../openapi/params.ts';

const KEY = 'one of your keys; a key may name itself';
const OF_WEBHOOK = pathIds({ id: KEY, webhookId: 'an endpoint of that key' });
const OF_DELIVERY = pathIds({
  id: KEY,
  webhookId: 'an endpoint of that key',
  deliveryId: 'a delivery to that endpoint',
});

/** Operations on webhook endpoints, deliveries and events (contract section 10). */
export const webhooks = {
  listWebhooks: {
    tag: 'Webhooks',
    summary: 'List endpoints',
    description: 'Oldest first.',
    params: pathId(KEY),
    answer: { status: 200, description: 'The endpoints of the key.', schema: webhookListSchema },
  },
  createWebhook: {
    tag: 'Webhooks',
    summary: 'Add an endpoint',
    description:
      'Only this response holds the signing secret; rotate the secret if you lose it. From now on the endpoint receives the ' +
      `chosen events of the account, whoever causes them. A key has at most ${WEBHOOKS_PER_KEY} endpoints.`,
    params: pathId(KEY),
    body: {
      json: newWebhookSchema,
      example: { url: 'https://example.com/hooks/jestha', events: ['jes.created', 'apikey.revoked'] },
    },
    answer: { status: 201, description: 'The endpoint and its secret.', schema: createdWebhookSchema },
    errors: ['webhook_limit_reached'],
  },
  getWebhook: {
    tag: 'Webhooks',
    summary: 'Read an endpoint',
    params: OF_WEBHOOK,
    answer: { status: 200, description: 'The endpoint.', schema: webhookAnswerSchema },
  },
  updateWebhook: {
    tag: 'Webhooks',
    summary: 'Change, disable or enable an endpoint',
    description:
      'A disabled endpoint receives nothing, and its pending deliveries are cancelled. Enable it, then replay the events that it missed.',
    params: OF_WEBHOOK,
    body: { json: webhookChangeSchema, example: { status: 'disabled' } },
    isRepeatable: true,
    answer: { status: 200, description: 'The endpoint after the change.', schema: webhookAnswerSchema },
  },
  deleteWebhook: {
    tag: 'Webhooks',
    summary: 'Delete an endpoint',
    description: 'Also deletes its deliveries and their attempts.',
    params: OF_WEBHOOK,
    isRepeatable: true,
    answer: { status: 204, description: 'The endpoint is deleted.' },
  },
  rotateWebhookSecret: {
    tag: 'Webhooks',
    summary: 'Rotate the secret of an endpoint',
    description:
      'For 24 hours each delivery carries two signatures: one of the new secret, one of the previous one. A rotation within ' +
      'that time must end the previous secret.',
    params: OF_WEBHOOK,
    body: { json: rotationSchema, isOptional: true, example: { endPrevious: true } },
    answer: { status: 200, description: 'The new secret.', schema: rotatedSecretSchema },
    errors: ['rotation_in_progress'],
  },
  testWebhook: {
    tag: 'Webhooks',
    summary: 'Send a test event',
    description: 'Sends an event `webhook.test`, signed and retried like every other event.',
    params: OF_WEBHOOK,
    isRepeatable: true,
    answer: { status: 202, description: 'The delivery, which we send next.', schema: deliveryAnswerSchema },
    errors: ['invalid_request'],
  },
  replayWebhook: {
    tag: 'Webhooks',
    summary: 'Replay missed events',
    description: `At most ${grouped(WEBHOOK_REPLAY_MAX)} deliveries, oldest first. Receivers recognise an event that they have seen by its id.`,
    params: OF_WEBHOOK,
    body: { json: replaySchema, example: { since: '2026-11-24T12:00:00Z' } },
    isRepeatable: true,
    answer: { status: 202, description: 'The number of queued deliveries.', schema: replayedSchema },
  },
  listWebhookDeliveries: {
    tag: 'Webhooks',
    summary: 'List deliveries',
    description: 'Newest first. Deliveries are kept for 30 days.',
    params: OF_WEBHOOK,
    query: deliveriesQuerySchema,
    answer: { status: 200, description: 'A page of deliveries.', schema: deliveryPageSchema },
  },
  getWebhookDelivery: {
    tag: 'Webhooks',
    summary: 'Read a delivery',
    description: 'The exact payload, and every attempt with the start of its response.',
    params: OF_DELIVERY,
    answer: { status: 200, description: 'The delivery.', schema: deliveryDetailSchema },
  },
  redeliverWebhook: {
    tag: 'Webhooks',
    summary: 'Redeliver',
    description: 'Works for delivered, failed and cancelled deliveries. The event keeps its id.',
    params: OF_DELIVERY,
    isRepeatable: true,
    answer: { status: 202, description: 'The delivery, which we send next.', schema: deliveryAnswerSchema },
    errors: ['invalid_request'],
  },
  listEvents: {
    tag: 'Webhooks',
    summary: 'Poll for events',
    description:
      'For integrations without a public URL: all events of the account in the last 30 days, oldest first, with the payload ' +
      'that an endpoint would receive. Store `nextCursor` and send it with the next request: no event is missed or repeated.',
    params: pathId(KEY),
    query: eventsQuerySchema,
    answer: { status: 200, description: 'A page of events.', schema: eventPageSchema },
  },
} as const satisfies Record<string, Operation>;
