import { listFailures } from '../../../domain/failures/index.ts';
import { createOwnKey, listKeys, readUsage, revokeOwnKey } from '../../../domain/keys/index.ts';
import { clientAddress } from '../../request/client-address.ts';
import { pathParam } from '../../request/path-param.ts';
import { readJson } from '../../request/read-json.ts';
import { reply } from '../../response/reply.ts';
import type { Endpoint, SessionEndpoint } from '../endpoint.ts';

const getApiKeys = {
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/api/auth/api-keys',
  access: 'session',
  async handle(context, { ctx }) {
    return reply(context, 200, await listKeys(ctx, context.c.req.query()));
  },
} as const satisfies SessionEndpoint;

/** The one answer that holds a key's plaintext. */
const postApiKey = {
  operationId: 'createApiKey',
  method: 'POST',
  path: '/api/auth/api-keys',
  access: 'session',
  async handle(context, { ctx }) {
    const request = context.c.req.raw;
    const { apiKey, key } = await createOwnKey(ctx, await readJson(request), clientAddress(request.headers));
    return reply(context, 201, { apiKey, key });
  },
} as const satisfies SessionEndpoint;

const deleteApiKey = {
  operationId: 'revokeApiKey',
  method: 'DELETE',
  path: '/api/auth/api-keys/:id',
  access: 'session',
  async handle(context, { ctx }) {
    const { req } = context.c;
    const apiKey = await revokeOwnKey(ctx, pathParam(req, 'id'), clientAddress(req.raw.headers));
    return reply(context, 200, { apiKey });
  },
} as const satisfies SessionEndpoint;

const getApiKeyUsage = {
  operationId: 'getApiKeyUsage',
  method: 'GET',
  path: '/api/auth/api-keys/:id/usage',
  access: 'session',
  async handle(context, { ctx }) {
    const { req } = context.c;
    return reply(context, 200, { buckets: await readUsage(ctx, pathParam(req, 'id'), req.query()) });
  },
} as const satisfies SessionEndpoint;

const getApiKeyFailures = {
  operationId: 'listApiKeyFailures',
  method: 'GET',
  path: '/api/auth/api-keys/:id/failures',
  access: 'session',
  async handle(context, { ctx }) {
    const { req } = context.c;
    return reply(context, 200, await listFailures(ctx, pathParam(req, 'id'), req.query()));
  },
} as const satisfies SessionEndpoint;

/** A person's API keys; never for keys themselves (contract section 9). */
export const apiKeyEndpoints: readonly Endpoint[] = [
  getApiKeys,
  postApiKey,
  deleteApiKey,
  getApiKeyUsage,
  getApiKeyFailures,
];
