import { createApp } from './http/app.ts';
import { runSweep } from './jobs/run-sweep.ts';
import { unfurlLinks } from './jobs/unfurl-links.ts';

const app = createApp({ clock: Date.now });

export default {
  fetch: app.fetch,
  async queue(batch, env, executionCtx) {
    await unfurlLinks(batch, env, executionCtx, Date.now());
  },
  async scheduled(controller, env, executionCtx) {
    await runSweep(env, executionCtx, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
