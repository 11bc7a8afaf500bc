import type { Runtime } from '../compose.ts';
import { deliverWebhooks, logDeadLetters } from './deliver-webhooks.ts';
import { fetchLinkPreviews } from './fetch-link-previews.ts';

/** Hands a batch to the consumer of its queue, by the names of `wrangler.toml`. @param now unix milliseconds */
export async function handleBatch(batch: MessageBatch, env: Env, runtime: Runtime, now: number): Promise<void> {
  switch (batch.queue) {
    case 'jestha-link-previews':
      return await fetchLinkPreviews(batch, env, runtime, now);
    case 'jestha-webhook-events':
      return await deliverWebhooks(batch, env, runtime, { now, lane: 'first' });
    case 'jestha-webhook-retries':
      return await deliverWebhooks(batch, env, runtime, { now, lane: 'retries' });
    case 'jestha-webhook-dead':
      return logDeadLetters(batch);
    default:
      throw new Error(`no consumer for the queue ${batch.queue}`);
  }
}
