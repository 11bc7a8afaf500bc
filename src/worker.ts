import { SYSTEM_CLOCK } from './compose.ts';
import { createApp } from './http/app.ts';

const app = createApp({ clock: SYSTEM_CLOCK });

// Consumers and the sweep are loaded when they are first woken: requests do not pay for them at the start of an
// isolate.
export default {
  fetch: app.fetch,
  async queue(batch, env, executionCtx) {
    const { handleBatch } = await import('./jobs/handle-batch.ts');
    await handleBatch(batch, env, executionCtx, Date.now());
  },
  async scheduled(controller, env, executionCtx) {
    const { runSweep } = await import('./jobs/run-sweep.ts');
    await runSweep(env, executionCtx, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
