import { clockAt, contextFor, type Runtime } from '../compose.ts';
import { WEBHOOK_MESSAGE_RETRY_S } from '../config/limits.ts';
import { describeError, writeLog } from '../data/log.ts';
import { Meter } from '../data/meter.ts';
import { wakeSchema } from '../data/webhook-queues.ts';
import { deliver, type Lane, wakesOf } from '../domain/deliveries/index.ts';

/**
 * Handles a batch of wakes: their deliveries are written and claimed in one transaction, then every message is
 * acknowledged. After that Neon has the pending deliveries, and a failing receiver is an outcome. Messages are
 * delivered again only if Neon is down.
 *
 * @param now unix milliseconds
 */
export async function deliverWebhooks(
  batch: MessageBatch,
  env: Env,
  runtime: Runtime,
  { now, lane }: { readonly now: number; readonly lane: Lane },
): Promise<void> {
  const ctx = contextFor(env, runtime, clockAt(now), new Meter());
  const wakes = batch.messages.flatMap(({ body }) => {
    const wake = wakeSchema.safeParse(body);
    return wake.success ? [wake.data] : [];
  });
  try {
    await deliver(ctx, wakesOf(wakes), lane);
    for (const message of batch.messages) message.ack();
  } catch (error) {
    writeLog({ event: 'webhooks_not_delivered', requestId: ctx.requestId, ...describeError(error) });
    for (const message of batch.messages) message.retry({ delaySeconds: WEBHOOK_MESSAGE_RETRY_S });
  }
}

/** Logs messages that no consumer could handle. Nothing is lost with them: the sweep finds their deliveries in Neon. */
export function logDeadLetters(batch: MessageBatch): void {
  for (const { id, body, attempts } of batch.messages) {
    const wake = wakeSchema.safeParse(body);
    writeLog({ event: 'webhook_dead_letter', messageId: id, attempts, ...(wake.success && wake.data) });
  }
  batch.ackAll();
}
