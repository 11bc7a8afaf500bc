import { pingDb } from '../../data/db.ts';
import type { PublicEndpoint } from '../endpoint.ts';
import { problem } from '../problem.ts';
import { reply } from '../reply.ts';

/** Neon and Redis answer. */
export const readyz: PublicEndpoint = {
  method: 'GET',
  path: '/readyz',
  access: 'public',
  async answer(exchange) {
    const { db, redis } = exchange.ctx.ports;
    const [neon, cache] = await Promise.allSettled([pingDb(db), redis.ping()]);
    if (neon.status === 'rejected') return problem(exchange, { code: 'service_unavailable', why: 'neon' });
    if (cache.status === 'rejected') return problem(exchange, { code: 'service_unavailable', why: 'redis' });
    return reply(exchange, 200, { status: 'ready' });
  },
};
