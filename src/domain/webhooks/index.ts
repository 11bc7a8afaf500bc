export { checkReceiver, type ProbeResult } from './check-receiver.ts';
export { listDeliveries, listEvents, readDelivery } from './deliveries.ts';
export {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  readRotation,
  readWebhook,
  revealSecret,
  rotateWebhookSecret,
  sealForReveal,
} from './endpoints.ts';
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
