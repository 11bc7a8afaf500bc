import { SYSTEM_CLOCK } from '../../../src/compose.ts';
import { createApp } from '../../../src/http/app.ts';

let now = 0;
const app = createApp({ clock: { ...SYSTEM_CLOCK, now: () => now } });

/** The Worker with the caller's clock: `X-Test-Now`, unix milliseconds. Only tests deploy it. */
export default {
  fetch(request, env, executionCtx) {
    // The app reads its clock before anything can come in between.
    now = Number(request.headers.get('X-Test-Now'));
    return app.fetch(request, env, executionCtx);
  },
} satisfies ExportedHandler<Env>;
