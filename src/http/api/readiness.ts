import { READINESS_KEPT_MS } from '../../config/limits.ts';
import { pingDb } from '../../data/db.ts';
import type { Ctx } from '../../domain/context.ts';
import type { PublicEndpoint } from '../endpoint.ts';
import { problem } from '../problem.ts';
import { reply } from '../reply.ts';

/** What requests cannot do without, by the reasons of a refusal, the gravest first. Of the queue, that it is bound must do. */
const PARTS = ['neon', 'redis', 'objects'] as const;

/** Whether each answers. */
type Parts = Readonly<Record<(typeof PARTS)[number], 'ok' | 'unavailable'>>;

/** An object that is not there; whether the bucket says so is what we want to know. */
const NO_OBJECT = 'readyz';

/** What was found when; of an isolate's bindings, which are one object for its life. */
const found = new WeakMap<object, { readonly at: number; readonly parts: Promise<Parts> }>();

/** Neon, Redis and the bucket answer, or which of them does not. */
export const readyz = {
  operationId: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  access: 'public',
  async answer(exchange) {
    const parts = await rememberedParts(exchange.ctx, exchange.c.env);
    const why = PARTS.find((part) => parts[part] !== 'ok');
    if (why) return problem(exchange, { code: 'service_unavailable', why, parts });
    return reply(exchange, 200, { status: 'ready', parts });
  },
} as const satisfies PublicEndpoint;

/** Anybody may ask as often as they like: an isolate asks its stores once, and all who ask meanwhile share the answer. */
async function rememberedParts(ctx: Ctx, env: object): Promise<Parts> {
  const last = found.get(env);
  if (last && ctx.now - last.at < READINESS_KEPT_MS) return await last.parts;
  const parts = askParts(ctx);
  found.set(env, { at: ctx.now, parts });
  // Others wait for it even when this request's caller has hung up.
  ctx.defer(parts.catch(() => undefined));
  return await parts;
}

async function askParts({ ports }: Ctx): Promise<Parts> {
  // Taken first: a configuration that is not usable is no part that is unwell.
  const { db, redis, objects } = ports;
  const [neon, cache, bucket] = await Promise.allSettled([pingDb(db), redis.ping(), objects.head(NO_OBJECT)]);
  const toState = ({ status }: PromiseSettledResult<unknown>) => (status === 'fulfilled' ? 'ok' : 'unavailable');
  return { neon: toState(neon), redis: toState(cache), objects: toState(bucket) };
}
