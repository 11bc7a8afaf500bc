export { listDeliveries, listEvents, readDelivery } from './deliveries.ts';
export {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  readWebhook,
  rotateWebhookSecret,
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
