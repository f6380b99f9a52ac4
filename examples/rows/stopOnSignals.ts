export interface Stop {
  /** Is fulfilled at the first signal, with the exit status that shells expect after it. */
  readonly asked: Promise<number>;
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
}

const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The first signal asks the program to finish; the second ends it at once. */
export function stopOnSignals(): Stop {
  const controller = new AbortController();
  const asked = new Promise<number>((resolve) => {
    for (const [name, status] of Object.entries(STATUS)) {
      process.on(name, () => {
        if (controller.signal.aborted) process.exit(status);
        controller.abort();
        resolve(status);
      });
    }
  });
  return { asked, signal: controller.signal };
}
