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

export type Webhook = z.infer<typeof webhookSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type WebhookAnswer = z.infer<typeof webhookAnswerSchema>;
export type WebhookList = z.infer<typeof webhookListSchema>;
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;
export type RotatedSecret = z.infer<typeof rotatedSecretSchema>;
export type DeliveryAnswer = z.infer<typeof deliveryAnswerSchema>;
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;
export type Replayed = z.infer<typeof replayedSchema>;
