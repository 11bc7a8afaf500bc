import { WEBHOOK_REPLAY_MAX, WEBHOOKS_PER_KEY } from '../../config/limits.ts';
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
} from '../../domain/webhooks/answers.ts';
import {
  deliveriesQuerySchema,
  eventsQuerySchema,
  newWebhookSchema,
  replaySchema,
  rotationSchema,
  webhookChangeSchema,
} from '../../domain/webhooks/index.ts';
import type { Operation } from './operation.ts';
import { pathId, pathIds } from './params.ts';

const KEY = 'a key of one’s own; a key may name itself';
const OF_WEBHOOK = pathIds({ id: KEY, webhookId: 'an endpoint of that key' });
const OF_DELIVERY = pathIds({
  id: KEY,
  webhookId: 'an endpoint of that key',
  deliveryId: 'a delivery to that endpoint',
});

export const webhooks = {
  listWebhooks: {
    tag: 'Webhooks',
    summary: 'List endpoints',
    description: 'The oldest first.',
    params: pathId(KEY),
    answer: { status: 200, description: 'The endpoints of the key.', schema: webhookListSchema },
  },
  createWebhook: {
    tag: 'Webhooks',
    summary: 'Add an endpoint',
    description:
      'The one answer that holds the signing secret; rotate it if it is lost. Everything the account does from now on, by any ' +
      `key or in person, is sent there if its event is chosen. A key has at most ${WEBHOOKS_PER_KEY} endpoints.`,
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
      'A disabled endpoint gets nothing; what waits for it is cancelled. Enable it, then replay what it missed.',
    params: OF_WEBHOOK,
    body: { json: webhookChangeSchema, example: { status: 'disabled' } },
    isRepeatable: true,
    answer: { status: 200, description: 'The endpoint as it is now.', schema: webhookAnswerSchema },
  },
  deleteWebhook: {
    tag: 'Webhooks',
    summary: 'Delete an endpoint',
    description: 'With its deliveries and their log.',
    params: OF_WEBHOOK,
    isRepeatable: true,
    answer: { status: 204, description: 'It is deleted.' },
  },
  rotateWebhookSecret: {
    tag: 'Webhooks',
    summary: 'Rotate the secret of an endpoint',
    description:
      'For 24 hours each delivery carries two signatures, of the new secret and of the one before. While two are live, another ' +
      'rotation must end the older one.',
    params: OF_WEBHOOK,
    body: { json: rotationSchema, isOptional: true, example: { endPrevious: true } },
    answer: { status: 200, description: 'The new secret.', schema: rotatedSecretSchema },
    errors: ['rotation_in_progress'],
  },
  testWebhook: {
    tag: 'Webhooks',
    summary: 'Send a test',
    description: 'An event `webhook.test`, signed and retried as any other.',
    params: OF_WEBHOOK,
    isRepeatable: true,
    answer: { status: 202, description: 'The delivery, which is sent next.', schema: deliveryAnswerSchema },
    errors: ['invalid_request'],
  },
  replayWebhook: {
    tag: 'Webhooks',
    summary: 'Replay what an endpoint missed',
    description: `At most ${new Intl.NumberFormat('en-US').format(WEBHOOK_REPLAY_MAX)} deliveries, the oldest first. Receivers know events they have seen by their ids.`,
    params: OF_WEBHOOK,
    body: { json: replaySchema, example: { since: '2026-11-24T12:00:00Z' } },
    isRepeatable: true,
    answer: { status: 202, description: 'How many are queued.', schema: replayedSchema },
  },
  listWebhookDeliveries: {
    tag: 'Webhooks',
    summary: 'List deliveries',
    description: 'The newest first. They are kept for 30 days.',
    params: OF_WEBHOOK,
    query: deliveriesQuerySchema,
    answer: { status: 200, description: 'A page of them.', schema: deliveryPageSchema },
  },
  getWebhookDelivery: {
    tag: 'Webhooks',
    summary: 'Read a delivery',
    description: 'The exact text that is sent, and every attempt with the beginning of its response.',
    params: OF_DELIVERY,
    answer: { status: 200, description: 'The delivery.', schema: deliveryDetailSchema },
  },
  redeliverWebhook: {
    tag: 'Webhooks',
    summary: 'Send a delivery again',
    description: 'Whatever came of it. The event keeps its id.',
    params: OF_DELIVERY,
    isRepeatable: true,
    answer: { status: 202, description: 'The delivery, which is sent next.', schema: deliveryAnswerSchema },
    errors: ['invalid_request'],
  },
  listEvents: {
    tag: 'Webhooks',
    summary: 'Poll for events',
    description:
      'For an integration without a public URL: every event of the account in the last 30 days, the oldest first, each the ' +
      'very text that an endpoint would get. Keep `nextCursor` and ask with it again: nothing is missed and nothing comes twice.',
    params: pathId(KEY),
    query: eventsQuerySchema,
    answer: { status: 200, description: 'A page of events.', schema: eventPageSchema },
  },
} as const satisfies Record<string, Operation>;
