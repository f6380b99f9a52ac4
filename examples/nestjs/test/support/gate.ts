/** What waits until it is let through, one name at a time. */
export class Gate {
  private readonly open = new Set<string>();
  private readonly waiting = new Map<string, (() => void)[]>();

  /** Resolves when the name is let through; rejects when nobody waits for it any more. */
  pass(name: string, signal: AbortSignal): Promise<void> {
    if (this.open.has(name)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.set(name, [...(this.waiting.get(name) ?? []), resolve]);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  let(...names: string[]): void {
    for (const name of names) {
      this.open.add(name);
      for (const resolve of this.waiting.get(name) ?? []) resolve();
    }
  }
}
