import { runSql } from '../../data/db.ts';
import { openCursor, sealCursor } from '../../lib/cursor.ts';
import { isId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { ActorCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { parseFound } from './endpoints.ts';
import { nameKey, nameWebhook, type WebhookPath } from './named.ts';
import { deliveriesQuerySchema, eventsQuerySchema } from './schemas.ts';
import { selectDeliveries, selectDelivery, selectEvents } from './store.ts';
import type { DeliveryDetail, DeliveryPage } from './webhook.ts';

/** Deliveries of an endpoint, the newest first. @throws ApiError `not_found`, `invalid_request` */
export async function listDeliveries(ctx: ActorCtx, path: WebhookPath, input: unknown): Promise<DeliveryPage> {
  const named = nameWebhook(ctx, path);
  const { status, event, limit, cursor } = parseInput(deliveriesQuerySchema, input);
  const list = `deliveries of ${named.webhookId}`;
  const before = await openPosition(ctx, list, cursor);
  // One more than asked for shows if there is another page.
  const page = { status, event, before, limit: limit + 1 };
  const { rows } = await runSql(selectDeliveries(ctx.ports.db, named, page));
  const found = parseFound<DeliveryPage['deliveries']>(rows);
  const deliveries = found.slice(0, limit);
  const last = deliveries.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { deliveries, nextCursor: hasMore ? await sealCursor(ctx.ports.sessionSecrets[0], list, last.id) : null };
}

/** One delivery with what was sent and every answer to it. @throws ApiError `not_found` */
export async function readDelivery(
  ctx: ActorCtx,
  path: WebhookPath & { readonly deliveryId: string },
): Promise<DeliveryDetail> {
  const named = nameWebhook(ctx, path);
  if (!isId(path.deliveryId)) throw new ApiError({ code: 'not_found' });
  const { rows } = await runSql(selectDelivery(ctx.ports.db, named, path.deliveryId));
  return parseFound(rows);
}

/**
 * Events of the account of a key, the oldest first, for who has no public URL. `nextCursor` is a watermark: sequences
 * are given under a lock that is held until the commit, so nothing that commits later comes before it.
 *
 * @returns the answer as JSON, in which each event is the text that deliveries send
 * @throws ApiError `not_found`, `invalid_request`
 */
export async function listEvents(ctx: ActorCtx, keyId: string, input: unknown): Promise<string> {
  nameKey(ctx, keyId);
  const { event, limit, cursor } = parseInput(eventsQuerySchema, input);
  const list = `events of ${ctx.actor.accountId}`;
  const after = Number((await openPosition(ctx, list, cursor)) ?? 0);
  const { rows } = await runSql(selectEvents(ctx.ports.db, ctx.actor, keyId, { after, event, limit }));
  const [first] = rows;
  if (!first) throw new ApiError({ code: 'not_found' });
  const events = rows.flatMap(({ envelope }) => (envelope === null ? [] : [envelope]));
  // A page that is not full has seen everything up to the watermark, and what the filter left out with it.
  const position = events.length === limit ? rows.at(-1)?.sequence : first.watermark;
  const nextCursor = await sealCursor(ctx.ports.sessionSecrets[0], list, String(position));
  return `{"events":[${events.join(',')}],"nextCursor":"${nextCursor}"}`;
}

/** @throws ApiError `invalid_request` for what is no cursor of this list */
async function openPosition(
  { ports }: ActorCtx,
  list: string,
  cursor: string | undefined,
): Promise<string | undefined> {
  if (cursor === undefined) return undefined;
  const position = await openCursor(ports.sessionSecrets, list, cursor);
  if (position === undefined) throw invalidField('cursor', 'must be a nextCursor of this list');
  return position;
}
