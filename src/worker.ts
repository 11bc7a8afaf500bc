import { createApp } from './http/app.ts';

const app = createApp({ clock: Date.now });

// Consumers and the sweep are loaded when they are first woken: requests do not pay for them at the start of an isolate.
export default {
  fetch: app.fetch,
  async queue(batch, env, executionCtx) {
    const now = Date.now();
    switch (batch.queue) {
      case 'jestha-webhook-events':
      case 'jestha-webhook-retries': {
        const { deliverWebhooks } = await import('./jobs/deliver-webhooks.ts');
        const lane = batch.queue === 'jestha-webhook-events' ? 'first' : 'retries';
        return await deliverWebhooks(batch, env, executionCtx, { now, lane });
      }
      case 'jestha-webhook-dead': {
        const { logDeadLetters } = await import('./jobs/deliver-webhooks.ts');
        return logDeadLetters(batch);
      }
      default: {
        const { unfurlLinks } = await import('./jobs/unfurl-links.ts');
        return await unfurlLinks(batch, env, executionCtx, now);
      }
    }
  },
  async scheduled(controller, env, executionCtx) {
    const { runSweep } = await import('./jobs/run-sweep.ts');
    await runSweep(env, executionCtx, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
