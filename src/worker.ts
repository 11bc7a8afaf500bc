import { createApp } from './http/app.ts';
import { runSweep } from './jobs/run-sweep.ts';

const app = createApp({ clock: Date.now });

export default {
  fetch: app.fetch,
  async scheduled(controller, env, executionCtx) {
    await runSweep(env, executionCtx, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
