import { clockAt, contextFor, type Runtime } from '../compose.ts';
import { PREVIEW_RETRY_S } from '../config/limits.ts';
import { previewJobSchema } from '../data/link-previews.ts';
import { describeError, writeLog } from '../data/log.ts';
import { Meter } from '../data/meter.ts';
import { fetchLinkPreview } from '../domain/link-previews/index.ts';

/**
 * Handles a batch of the queue of links: each link is unfurled and acknowledged on its own. A message is tried again
 * only if Neon could not take its preview.
 *
 * @param now unix milliseconds
 */
export async function fetchLinkPreviews(batch: MessageBatch, env: Env, runtime: Runtime, now: number): Promise<void> {
  await Promise.all(batch.messages.map((message) => unfurl(message, env, runtime, now)));
}

async function unfurl(message: Message, env: Env, runtime: Runtime, now: number): Promise<void> {
  const job = previewJobSchema.safeParse(message.body);
  const ctx = contextFor(env, runtime, clockAt(now), new Meter());
  try {
    const outcome = job.success ? await fetchLinkPreview(ctx, job.data) : 'nothing';
    if (outcome === 'later') return message.retry({ delaySeconds: PREVIEW_RETRY_S });
    writeLog({ event: 'link_unfurled', requestId: ctx.requestId, found: outcome === 'found' });
    message.ack();
  } catch (error) {
    writeLog({ event: 'link_not_unfurled', requestId: ctx.requestId, ...describeError(error) });
    message.retry();
  }
}
