import { READINESS_KEPT_MS } from '../../../config/limits.ts';
import { pingDb } from '../../../data/db.ts';
import type { Ctx } from '../../../domain/context.ts';
import type { RequestContext } from '../../request/request-context.ts';

/**
 * The services that requests need, by the reasons of a refusal, the gravest first. A queue cannot be asked: that it is
 * bound must suffice.
 */
export const PARTS = ['neon', 'redis', 'objects'] as const;

/** The state of each service. */
export type Parts = Readonly<Record<(typeof PARTS)[number], 'ok' | 'unavailable'>>;

/** A name without an object; the bucket must say so. */
const NO_OBJECT = 'readyz';

/** The last states by the bindings of an isolate, which are one object for its life. */
const found = new WeakMap<object, { readonly at: number; readonly parts: Promise<Parts> }>();

/** Asks each service once per isolate and {@link READINESS_KEPT_MS}; concurrent requests share the answer. */
export async function readParts({ ctx, c: { env } }: RequestContext): Promise<Parts> {
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
