import * as z from 'zod';
import { EVENT_NAMES, TEST_EVENT } from '../../data/schema/outbox-events.ts';
import { DELIVERY_STATUSES } from '../../data/schema/webhook-deliveries.ts';
import { commentSchema } from '../comments/responses.ts';
import { ATTEMPT_ERRORS } from '../deliveries/index.ts';
import { jesClipSchema } from '../jesclips/responses.ts';
import { apiKeySchema } from '../keys/responses.ts';
import { jesSchema } from '../posts/responses.ts';
import { countField, idField, timeField } from '../response-fields.ts';

const eventId = z
  .string()
  .regex(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  .meta({ description: 'Id of the event.', examples: ['evt_5f0c8a52-7d0b-4a8e-9d57-0b6f3c1c9a11'] });
const statusCode = z.int().nullable();

/** An endpoint as its owner sees it (contract section 10): everything but the secret. */
export const webhookSchema = z
  .strictObject({
    id: idField('endpoint'),
    url: z.string().meta({ examples: ['https://example.com/hooks/jestha'] }),
    description: z.string().nullable(),
    events: z.array(z.enum(EVENT_NAMES)),
    status: z.enum(['active', 'disabled']),
    disabledReason: z.enum(['owner', 'gone', 'failing']).nullable().meta({
      description: '`owner`: switched off; `gone`: it answered 410; `failing`: it failed for 5 days.',
    }),
    createdAt: timeField('The time of its creation.'),
    lastAttemptAt: timeField('The time of the last attempt.').nullable(),
    lastStatusCode: statusCode.meta({ description: 'The status of the last response; null if there was none.' }),
    failingSince: timeField('The first failed attempt since the last success.').nullable(),
  })
  .meta({ id: 'Webhook', description: 'A URL that receives events.' });

const secret = z
  .string()
  .regex(/^whsec_[0-9A-Za-z+/]{43}=$/)
  .meta({ description: 'The signing secret. No other response shows it.' });

/** One endpoint, without its secret: the response of GET and PATCH. */
export const webhookAnswerSchema = z.strictObject({ webhook: webhookSchema });

/** All endpoints of a key in one response, without pages: a key has at most `WEBHOOKS_PER_KEY`. */
export const webhookListSchema = z.strictObject({ webhooks: z.array(webhookSchema) });

/** A new endpoint with its signing secret. Only this response and that of a rotation show a secret. */
export const createdWebhookSchema = z.strictObject({ webhook: webhookSchema, secret });

/** The new secret of an endpoint. Until `previousExpiresAt` each delivery has two signatures (contract section 10). */
export const rotatedSecretSchema = z.strictObject({
  webhook: webhookSchema,
  secret,
  previousExpiresAt: timeField('The time until which the previous secret signs, too.'),
});

const delivery = {
  id: idField('delivery'),
  eventId,
  event: z.enum([...EVENT_NAMES, TEST_EVENT]),
  status: z.enum(DELIVERY_STATUSES),
  attempts: countField('Requests made so far.'),
  nextAttemptAt: timeField('The time of the next attempt, while the delivery is pending.').nullable(),
  lastStatusCode: statusCode.meta({ description: 'The status of the last response; null if there was none.' }),
  createdAt: timeField('The time at which it was queued.'),
};

/** The state of one event for one endpoint, without its payload and attempts. */
export const deliverySchema = z
  .strictObject(delivery)
  .meta({ id: 'WebhookDelivery', description: 'One event for one endpoint.' });

/** The 202 response of a test and of a redelivery: the delivery is queued, not sent yet. */
export const deliveryAnswerSchema = z.strictObject({ delivery: deliverySchema });

/** A page of the deliveries of an endpoint, the newest first. */
export const deliveryPageSchema = z.strictObject({
  deliveries: z.array(deliverySchema),
  nextCursor: z.string().nullable().meta({ description: 'The `cursor` of the next page; null on the last one.' }),
});

/** One request of a delivery and its outcome. */
export const attemptSchema = z
  .strictObject({
    at: timeField('The time of the request.'),
    statusCode,
    error: z
      .enum(ATTEMPT_ERRORS)
      .nullable()
      .meta({ description: 'The reason of the failure; null if the attempt succeeded.' }),
    durationMs: countField('Milliseconds until the response was read.'),
    responseBody: z.string().nullable().meta({ description: 'The first 1 KiB of the response.' }),
  })
  .meta({ id: 'WebhookAttempt' });

/** A delivery with the exact text that is sent and the log of its attempts. */
export const deliveryDetailSchema = z.strictObject({
  delivery: z
    .strictObject({
      ...delivery,
      payload: z.string().meta({ description: 'The exact payload.' }),
      attemptLog: z.array(attemptSchema).meta({ description: 'Oldest first.' }),
    })
    .meta({ id: 'WebhookDeliveryDetail' }),
});

/** The 202 response of a replay. */
export const replayedSchema = z.strictObject({ replayed: countField('Deliveries that were queued.') });

/** An event as deliveries and polling send it. @param of the event's name @param data its `data` */
function envelope<N extends string, D extends z.ZodRawShape>(of: N, data: D) {
  return z.strictObject({
    event: z.literal(of),
    id: eventId,
    created_at: timeField('The time of the event.'),
    data: z.strictObject(data),
  });
}

/** The masked key in the event of its revocation: without addresses. */
const revokedKeySchema = apiKeySchema
  .omit({ ipAllowlist: true, lastUsedIp: true })
  .meta({ id: 'RevokedApiKey', description: 'A revoked key, without addresses.' });

/** Every event that is sent, by its name; those of accounts and the test. */
export const eventSchemas = {
  'jes.created': envelope('jes.created', { jes: jesSchema }).meta({ id: 'JesCreatedEvent' }),
  'jesclip.created': envelope('jesclip.created', { jesclip: jesClipSchema }).meta({ id: 'JesClipCreatedEvent' }),
  'comment.created': envelope('comment.created', { comment: commentSchema }).meta({ id: 'CommentCreatedEvent' }),
  'apikey.revoked': envelope('apikey.revoked', { apiKey: revokedKeySchema }).meta({ id: 'ApiKeyRevokedEvent' }),
  [TEST_EVENT]: envelope(TEST_EVENT, {
    webhook: z.strictObject({ id: idField('endpoint'), url: z.string() }),
  }).meta({ id: 'WebhookTestEvent' }),
} as const;

/** A page of polling, the oldest event first. It never holds `webhook.test`, which goes to its endpoint only. */
export const eventPageSchema = z.strictObject({
  events: z.array(
    z.discriminatedUnion('event', [
      eventSchemas['jes.created'],
      eventSchemas['jesclip.created'],
      eventSchemas['comment.created'],
      eventSchemas['apikey.revoked'],
    ]),
  ),
  nextCursor: z.string().meta({
    description: 'The cursor of the next page. Send it at once if the page was full, later otherwise. Never null.',
  }),
});
