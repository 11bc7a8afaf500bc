import type * as z from 'zod';
import type {
  createdWebhookSchema,
  deliveryAnswerSchema,
  deliveryDetailSchema,
  deliveryPageSchema,
  deliverySchema,
  replayedSchema,
  rotatedSecretSchema,
  webhookAnswerSchema,
  webhookListSchema,
  webhookSchema,
} from './responses.ts';

/** An endpoint as its owner sees it: everything but the secret. */
export type Webhook = z.infer<typeof webhookSchema>;

/** The state of one event for one endpoint; `pending` means that an attempt is still to come. */
export type Delivery = z.infer<typeof deliverySchema>;

/** The response that shows or changes one endpoint. */
export type WebhookAnswer = z.infer<typeof webhookAnswerSchema>;

/** All endpoints of a key, the oldest first. */
export type WebhookList = z.infer<typeof webhookListSchema>;

/** A new endpoint with its secret in plain text, which no later response shows. */
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;

/** An endpoint with its new secret in plain text, and the time until which the previous one signs, too. */
export type RotatedSecret = z.infer<typeof rotatedSecretSchema>;

/** The response that queues a test or a redelivery. */
export type DeliveryAnswer = z.infer<typeof deliveryAnswerSchema>;

/** Deliveries of an endpoint, the newest first, with the cursor of the next page. */
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;

/** A delivery with its payload and the log of its attempts. */
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

/** The number of deliveries that a replay queued. */
export type Replayed = z.infer<typeof replayedSchema>;
