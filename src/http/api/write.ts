import { CREATIONS_PER_DAY, JSON_BODY_MAX_BYTES } from '../../config/limits.ts';
import type { ActorCtx } from '../../domain/context.ts';
import { type ClaimName, parseIdempotencyKey, type Written } from '../../domain/idempotency/index.ts';
import { sha256HexOf } from '../../lib/hash.ts';
import { readBytes } from '../request/read-bytes.ts';
import { parseJson, requireJsonType } from '../request/read-json.ts';
import type { RequestContext } from '../request/request-context.ts';
import { reply, replyNothing } from '../response/reply.ts';

/**
 * Reads a write: its body, and the claim that its `Idempotency-Key` makes, put into the context of the verb.
 *
 * @param body `json` = required; `json or form` = the same, if the path also takes a form; `optional` = an empty body
 * means `{}`; `none` = it is not read
 * @throws ApiError `invalid_request`, and those of `readJson`
 */
export async function readWrite<C extends ActorCtx>(
  { c }: RequestContext,
  ctx: C,
  body: 'json' | 'json or form' | 'optional' | 'none',
): Promise<{ readonly ctx: C; readonly input: unknown }> {
  const request = c.req.raw;
  const name = claimNameOf(c);
  const isJson = body === 'json' || body === 'json or form';
  if (isJson) requireJsonType(request, body);
  const bytes = body === 'none' ? NOTHING : await readBytes(request, JSON_BODY_MAX_BYTES);
  const isEmpty = !isJson && bytes.length === 0;
  if (body === 'optional' && !isEmpty) requireJsonType(request);
  const input = isEmpty ? {} : parseJson(bytes);
  if (name === undefined) return { ctx, input };
  const fingerprint = await sha256HexOf(`${name.method} ${name.path}\n`, bytes);
  return { ctx: { ...ctx, claim: { ...name, fingerprint } }, input };
}

/**
 * The claim that the `Idempotency-Key` of a request names, if it has one.
 *
 * @throws ApiError `invalid_request`
 */
export function claimNameOf({ req }: RequestContext['c']): ClaimName | undefined {
  const header = req.raw.headers.get('Idempotency-Key');
  return header === null ? undefined : { key: parseIdempotencyKey(header), method: req.method, path: req.path };
}

const NOTHING = new Uint8Array();

/** The response to a write, marked if it is a replay (contract section 8). */
export function replyWritten(
  context: RequestContext,
  status: 200 | 201 | 202,
  { value, replayed, creations }: Written<unknown>,
): Response {
  if (creations !== undefined) context.creationsLeft = CREATIONS_PER_DAY - creations;
  return reply(context, status, value, replayed ? REPLAYED : undefined);
}

/** The same for a write that answers nothing. */
export function replyDone(context: RequestContext, { replayed }: Written<unknown>): Response {
  return replyNothing(context, replayed ? REPLAYED : undefined);
}

const REPLAYED = { 'Idempotent-Replayed': 'true' };
