/** The reason for which a run stops at Ctrl-C, with the exit status that shells expect then. */
export class Interrupted extends Error {
  constructor(readonly status: number) {
    super('interrupted');
  }
}

const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Aborts at the first signal, so that the program can say what was done; the second one ends it at once. */
export function stopOnSignals(): AbortController {
  const stop = new AbortController();
  for (const [name, status] of Object.entries(STATUS)) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(status);
      stop.abort(new Interrupted(status));
    });
  }
  return stop;
}
