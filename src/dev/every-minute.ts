const MINUTE_MS = 60_000;

/**
 * Runs `work` at the beginning of each minute, one run after another.
 *
 * @returns stops it, and waits for the run in progress
 */
export function everyMinute(work: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  function schedule(): void {
    timer = setTimeout(
      () => {
        running = running.then(work);
        schedule();
      },
      MINUTE_MS - (Date.now() % MINUTE_MS),
    );
  }
  schedule();
  return async () => {
    clearTimeout(timer);
    await running;
  };
}
