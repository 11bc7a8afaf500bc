import type * as z from 'zod';
import type {
  createdWebhookSchema,
  deliveryAnswerSchema,
  deliveryDetailSchema,
  deliveryPageSchema,
  replayedSchema,
  rotatedSecretSchema,
  webhookAnswerSchema,
  webhookListSchema,
} from './answers.ts';

export type WebhookAnswer = z.infer<typeof webhookAnswerSchema>;
export type WebhookList = z.infer<typeof webhookListSchema>;
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;
export type RotatedSecret = z.infer<typeof rotatedSecretSchema>;
export type DeliveryAnswer = z.infer<typeof deliveryAnswerSchema>;
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;
export type Replayed = z.infer<typeof replayedSchema>;
