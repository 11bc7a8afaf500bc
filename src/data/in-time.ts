/**
 * Waits for a promise for a limited time. The work goes on afterwards; what becomes of it is nobody's business.
 *
 * Of the ways to do this it costs the least: a race of two promises and an `AbortSignal` take more of a request's CPU
 * than the timer.
 *
 * @throws the error of `late`, once `ms` are over
 */
export function inTime<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
