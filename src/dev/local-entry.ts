import worker from '../worker.ts';

/** The most of a refused body that is read, and the longest wait for more of it. */
const DRAIN_MAX_BYTES = 128 * 1024 * 1024;
const DRAIN_IDLE_MS = 1_000;

/**
 * The Worker as it runs locally. It reads a body that was refused to its end before it answers: at Cloudflare the edge
 * does that. Otherwise the connection is reset, a client that still sends does not see the answer, and the proxy of
 * `wrangler dev` fails.
 */
export default {
  ...worker,
  async fetch(request, env, executionCtx) {
    if (!request.body) return worker.fetch(request, env, executionCtx);
    const { readable, drain } = drainable(request.body);
    const response = await worker.fetch(new Request(request, { body: readable }), env, executionCtx);
    await drain();
    return response;
  },
} satisfies ExportedHandler<Env>;

/** A body that can still be read to its end after its reader has stopped. */
function drainable(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  const readable = new ReadableStream({
    type: 'bytes',
    async pull(controller: ReadableByteStreamController) {
      const { done, value } = await reader.read();
      if (value && value.byteLength > 0) controller.enqueue(value);
      if (!done) return;
      controller.close();
      controller.byobRequest?.respond(0);
    },
    // The rest is left for `drain`.
    cancel: () => undefined,
  });

  async function drain(): Promise<void> {
    let length = 0;
    try {
      while (length <= DRAIN_MAX_BYTES) {
        const { promise: idle, resolve } = Promise.withResolvers<undefined>();
        const timer = setTimeout(() => resolve(undefined), DRAIN_IDLE_MS);
        const chunk = await Promise.race([reader.read(), idle]);
        clearTimeout(timer);
        if (!chunk || chunk.done) return;
        length += chunk.value.byteLength;
      }
    } catch {
      // The sender hung up.
    }
  }
  return { readable, drain };
}
