import { WEBHOOK_BATCH, WEBHOOK_LOST_AFTER_MS, WEBHOOK_WAKES_MAX } from '../../config/limits.ts';
import { runBatch, runSql } from '../../data/db.ts';
import type { WebhookWake } from '../../data/webhook-queues.ts';
import { sealPrefix } from '../../lib/seal.ts';
import type { Ctx } from '../context.ts';
import { cancelSilenced } from '../outbox/index.ts';
import { deliver, type Lane } from './deliver.ts';
import { openSecret, sealSecret } from './secret.ts';
import {
  purgeDeleted,
  selectBacklog,
  selectDueEndpoints,
  selectLostEvents,
  selectSealedElsewise,
  updateSealed,
  wakesOf,
} from './store.ts';

/** Messages of one `sendBatch` (Cloudflare's limit). */
const MESSAGES_MAX = 100;

/**
 * Wakes consumers for due work: events whose message was lost, retries whose time has come, deliveries whose consumer
 * died. This run delivers by itself if the queue refuses.
 */
export async function wakeDeliveries(ctx: Ctx): Promise<{ readonly events: number; readonly endpoints: number }> {
  const { db } = ctx.ports;
  const [lost, due] = await runSql(
    db.batch([
      selectLostEvents(db, ctx.now - WEBHOOK_LOST_AFTER_MS, WEBHOOK_WAKES_MAX),
      selectDueEndpoints(db, ctx.now, WEBHOOK_WAKES_MAX),
    ]),
  );
  const toWake = ({ id }: { readonly id: string }) => ({ endpointId: id });
  const [failing, healthy] = [due.rows.filter((row) => row.isFailing), due.rows.filter((row) => !row.isFailing)];
  await send(ctx, 'first', [...lost.rows.map(({ id }) => ({ eventId: id })), ...healthy.map(toWake)]);
  await send(ctx, 'retries', failing.map(toWake));
  return { events: lost.rows.length, endpoints: due.rows.length };
}

async function send(ctx: Ctx, lane: Lane, wakes: readonly WebhookWake[]): Promise<void> {
  const queue = lane === 'first' ? ctx.ports.webhookEvents : ctx.ports.webhookRetries;
  for (let i = 0; i < wakes.length; i += MESSAGES_MAX) {
    const some = wakes.slice(i, i + MESSAGES_MAX);
    try {
      await queue.sendBatch(some.map((body) => ({ body })));
    } catch {
      await deliver(ctx, wakesOf(some), lane);
    }
  }
}

/** Writes down as cancelled what no consumer takes any more. */
export async function cancelDeliveries(ctx: Ctx): Promise<number> {
  const { db } = ctx.ports;
  const { rowCount } = await runSql(cancelSilenced(db, { now: ctx.now, limit: WEBHOOK_BATCH }));
  return rowCount;
}

/** Removes deleted endpoints, a batch of their deliveries at a time. */
export async function purgeEndpoints(ctx: Ctx): Promise<void> {
  const [deliveries, endpoints] = purgeDeleted(ctx.ports.db, WEBHOOK_BATCH);
  await runBatch(ctx.ports.db, [deliveries], endpoints);
}

/**
 * Encrypts secrets again while WEBHOOK_SECRET_KEY is being replaced.
 *
 * @returns the number of endpoints left before
 */
export async function resealSecrets(ctx: Ctx): Promise<number> {
  const { db, webhookSecretKeys: keys } = ctx.ports;
  if (keys.length === 1) return 0;
  const prefix = await sealPrefix(keys[0]);
  const { rows } = await runSql(selectSealedElsewise(db, prefix, WEBHOOK_WAKES_MAX));
  const reseal = async (text: string, id: string) => await sealSecret(keys, await openSecret(keys, text, id), id);
  for (const { id, sealed, previous } of rows) {
    const secrets = {
      sealed: await reseal(sealed, id),
      previous: previous === null ? null : await reseal(previous, id),
    };
    await runSql(updateSealed(db, { id, was: sealed, ...secrets }));
  }
  return rows.length;
}

/** The size and the age of the backlog: an operator looks at it when deliveries are late. */
export async function measureBacklog(ctx: Ctx): Promise<unknown> {
  const { rows } = await runSql(selectBacklog(ctx.ports.db, ctx.now));
  return rows[0];
}
