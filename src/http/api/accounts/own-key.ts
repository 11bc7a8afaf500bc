import { ApiError } from '../../../domain/api-error.ts';
import { listFailures } from '../../../domain/failures/index.ts';
import { describeKey } from '../../../domain/keys/index.ts';
import { reply } from '../../response/reply.ts';
import type { CallerEndpoint, Endpoint } from '../endpoint.ts';

/** The state of the key that calls. A session is no key. */
const getKey = {
  operationId: 'getKey',
  method: 'GET',
  path: '/api/auth/key',
  access: 'caller',
  showsLimits: true,
  async handle(context, { ctx }) {
    const { authentication } = context;
    if (authentication?.outcome !== 'admitted' || !('keyHash' in authentication)) {
      throw new ApiError({ code: 'authentication_required' });
    }
    const key = await describeKey(ctx, authentication.actor, authentication.limits);
    const creations = key.limits.find(({ name }) => name === 'creations');
    if (creations) context.creationsLeft = creations.remaining;
    return reply(context, 200, key);
  },
} as const satisfies CallerEndpoint;

/** The failed calls of the key that calls. A session is no key. */
const getKeyFailures = {
  operationId: 'listKeyFailures',
  method: 'GET',
  path: '/api/auth/key/failures',
  access: 'caller',
  async read({ req }, ctx) {
    if (ctx.actor.type !== 'apiKey') throw new ApiError({ code: 'authentication_required' });
    return JSON.stringify(await listFailures(ctx, ctx.actor.keyId, req.query()));
  },
} as const satisfies CallerEndpoint;

/** The key that calls, about itself. */
export const ownKeyEndpoints: readonly Endpoint[] = [getKey, getKeyFailures];
