/** Work in progress in an isolate, by key: concurrent callers share it. */
export class InFlight<T> {
  readonly #work = new Map<string, Promise<T>>();

  /**
   * Joins the work in progress for a key, or begins it.
   *
   * @param defer keeps the work alive for the others when the request that began it has been hung up
   */
  share(key: string, defer: (work: Promise<unknown>) => void, begin: () => Promise<T>): Promise<T> {
    const shared = this.#work.get(key);
    if (shared) return shared;
    const work = begin().finally(() => this.#work.delete(key));
    this.#work.set(key, work);
    // The waiting callers get its failure.
    defer(work.catch(() => undefined));
    return work;
  }
}
