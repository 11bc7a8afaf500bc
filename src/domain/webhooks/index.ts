export { checkReceiver, type ProbeResult } from './check-receiver.ts';
export { listDeliveries, listEvents, readDelivery } from './deliveries.ts';
export {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  readRotation,
  readWebhook,
  rotateWebhookSecret,
} from './endpoints.ts';
export { revealSecret, sealForReveal } from './reveal-secret.ts';
export {
  deliveriesQuerySchema,
  eventsQuerySchema,
  newWebhookSchema,
  replaySchema,
  rotationSchema,
  webhookChangeSchema,
} from './schemas.ts';
export { redeliver, replay, testWebhook } from './send-again.ts';
export type { Delivery, DeliveryDetail, Webhook } from './webhook.ts';
