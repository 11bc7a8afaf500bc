import type { Context } from 'hono';
import { clientAddress } from '../../request/client-address.ts';
import { pathParam } from '../../request/path-param.ts';
import { readJson } from '../../request/read-json.ts';
import type { AppEnv } from '../../request/request-context.ts';
import { reply } from '../../response/reply.ts';
import type { CallerEndpoint, Endpoint } from '../endpoint.ts';
import { readWrite, replyDone, replyWritten } from '../write.ts';

/** Loaded when first asked for: no other request pays for it at the start of an isolate. */
const loadVerbs = () => import('../../../domain/webhooks/index.ts');

/** A person manages the endpoints of any key of theirs, a key with this scope its own. */
const MANAGED = { access: 'caller', scope: 'webhooks:manage' } as const;

const pathOf = ({ req }: Context<AppEnv>) => ({
  keyId: pathParam(req, 'id'),
  webhookId: pathParam(req, 'webhookId'),
  deliveryId: pathParam(req, 'deliveryId'),
});
const addressOf = ({ req }: Context<AppEnv>) => clientAddress(req.raw.headers);

const getWebhooks = {
  operationId: 'listWebhooks',
  method: 'GET',
  path: '/api/auth/api-keys/:id/webhooks',
  ...MANAGED,
  async read(c, ctx) {
    const { listWebhooks } = await loadVerbs();
    return JSON.stringify(await listWebhooks(ctx, pathOf(c).keyId));
  },
} as const satisfies CallerEndpoint;

/** An answer that holds the secret: it is kept nowhere, so an `Idempotency-Key` does not repeat it. */
const postWebhook = {
  operationId: 'createWebhook',
  method: 'POST',
  path: '/api/auth/api-keys/:id/webhooks',
  ...MANAGED,
  async handle(context, { ctx }) {
    const { c } = context;
    const input = await readJson(c.req.raw);
    const { createWebhook } = await loadVerbs();
    return reply(context, 201, await createWebhook(ctx, pathOf(c).keyId, input, addressOf(c)));
  },
} as const satisfies CallerEndpoint;

const getWebhook = {
  operationId: 'getWebhook',
  method: 'GET',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId',
  ...MANAGED,
  async read(c, ctx) {
    const { readWebhook } = await loadVerbs();
    return JSON.stringify(await readWebhook(ctx, pathOf(c)));
  },
} as const satisfies CallerEndpoint;

const patchWebhook = {
  operationId: 'updateWebhook',
  method: 'PATCH',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId',
  ...MANAGED,
  async handle(context, caller) {
    const { c } = context;
    const { ctx, input } = await readWrite(context, caller.ctx, 'json');
    const { changeWebhook } = await loadVerbs();
    return replyWritten(context, 200, await changeWebhook(ctx, pathOf(c), input, addressOf(c)));
  },
} as const satisfies CallerEndpoint;

const deleteWebhookById = {
  operationId: 'deleteWebhook',
  method: 'DELETE',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId',
  ...MANAGED,
  async handle(context, caller) {
    const { c } = context;
    const { ctx } = await readWrite(context, caller.ctx, 'none');
    const { deleteWebhook } = await loadVerbs();
    return replyDone(context, await deleteWebhook(ctx, pathOf(c), addressOf(c)));
  },
} as const satisfies CallerEndpoint;

/** Like {@link postWebhook} it holds a secret. */
const postRotation = {
  operationId: 'rotateWebhookSecret',
  method: 'POST',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId/rotate-secret',
  ...MANAGED,
  async handle(context, caller) {
    const { c } = context;
    const { ctx, input } = await readWrite(context, caller.ctx, 'optional');
    const { rotateWebhookSecret } = await loadVerbs();
    return reply(context, 200, await rotateWebhookSecret(ctx, pathOf(c), input, addressOf(c)));
  },
} as const satisfies CallerEndpoint;

const postTest = {
  operationId: 'testWebhook',
  method: 'POST',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId/test',
  ...MANAGED,
  async handle(context, caller) {
    const { c } = context;
    const { ctx } = await readWrite(context, caller.ctx, 'none');
    const { testWebhook } = await loadVerbs();
    return replyWritten(context, 202, await testWebhook(ctx, pathOf(c), addressOf(c)));
  },
} as const satisfies CallerEndpoint;

const postReplay = {
  operationId: 'replayWebhook',
  method: 'POST',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId/replay',
  ...MANAGED,
  async handle(context, caller) {
    const { c } = context;
    const { ctx, input } = await readWrite(context, caller.ctx, 'json');
    const { replay } = await loadVerbs();
    return replyWritten(context, 202, await replay(ctx, pathOf(c), input, addressOf(c)));
  },
} as const satisfies CallerEndpoint;

/** Query: `status`, `event`, `limit` 1 to 100 (20), `cursor`. */
const getDeliveries = {
  operationId: 'listWebhookDeliveries',
  method: 'GET',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId/deliveries',
  ...MANAGED,
  async read(c, ctx) {
    const { listDeliveries } = await loadVerbs();
    return JSON.stringify(await listDeliveries(ctx, pathOf(c), c.req.query()));
  },
} as const satisfies CallerEndpoint;

const getDelivery = {
  operationId: 'getWebhookDelivery',
  method: 'GET',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId',
  ...MANAGED,
  async read(c, ctx) {
    const { readDelivery } = await loadVerbs();
    return JSON.stringify(await readDelivery(ctx, pathOf(c)));
  },
} as const satisfies CallerEndpoint;

const postRedelivery = {
  operationId: 'redeliverWebhook',
  method: 'POST',
  path: '/api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId/redeliver',
  ...MANAGED,
  async handle(context, caller) {
    const { c } = context;
    const { ctx } = await readWrite(context, caller.ctx, 'none');
    const { redeliver } = await loadVerbs();
    return replyWritten(context, 202, await redeliver(ctx, pathOf(c), addressOf(c)));
  },
} as const satisfies CallerEndpoint;

/** Query: `event`, `limit` 1 to 100 (20), `cursor`. Each event is the text that deliveries send. */
const getEvents = {
  operationId: 'listEvents',
  method: 'GET',
  path: '/api/auth/api-keys/:id/events',
  ...MANAGED,
  async read(c, ctx) {
    const { listEvents } = await loadVerbs();
    return await listEvents(ctx, pathOf(c).keyId, c.req.query());
  },
} as const satisfies CallerEndpoint;

/** The webhook endpoints of a key, their deliveries, and the events for polling (contract section 10). */
export const webhookEndpoints: readonly Endpoint[] = [
  getWebhooks,
  postWebhook,
  getWebhook,
  patchWebhook,
  deleteWebhookById,
  postRotation,
  postTest,
  postReplay,
  getDeliveries,
  getDelivery,
  postRedelivery,
  getEvents,
];
