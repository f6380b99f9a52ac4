import { config } from 'rxjs';

/** Lets everything happen that is only a matter of promises and of timers that are due. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** What becomes an unhandled rejection while `body` runs, and shortly after. */
export async function unhandledRejections(body: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    await body();
    await turn();
    await turn();
  } finally {
    process.off('unhandledRejection', note);
  }
  return unhandled;
}

/** What rxjs reports as unhandled (a throwing subscriber) while `body` runs, and shortly after. */
export async function reportedErrors(body: () => unknown): Promise<unknown[]> {
  const reported: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) => reported.push(error);
  try {
    await body();
    await turn();
    await turn();
  } finally {
    config.onUnhandledError = before;
  }
  return reported;
}
