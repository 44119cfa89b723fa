/** What has been started, so that it can be stopped in the opposite order, whenever a start fails or the stack ends. */

export type Stoppable = { stop(): Promise<void> | void };

export class Teardown {
  readonly #started: Stoppable[] = [];
  #running: Promise<void> | undefined;

  /** Gives back what it was given. Something that is started while everything already stops is stopped at once. */
  add<T extends Stoppable>(started: T): T {
    if (this.#running === undefined) this.#started.push(started);
    else void started.stop();
    return started;
  }

  /** Stops everything, the last first; the same promise for each call. One that fails does not keep the others from it. */
  stop(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    for (const started of this.#started.toReversed()) {
      try {
        await started.stop();
      } catch {
        // It is being thrown away, and the others must still be stopped.
      }
    }
  }
}
