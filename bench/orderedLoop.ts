/**
 * What somebody would write by hand for promises alone: the floor under everything that keeps the order. Results wait for
 * their turn in a ring with a slot for each item that may be unfinished. No cancelling, no options, no source but a number
 * of values, and the first error is all there is about errors.
 */
export function orderedLoop(
  items: number,
  concurrent: number,
  project: (index: number) => Promise<number>,
  next: (value: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const size = concurrent === Infinity ? items : Math.max(1_024, 16 * concurrent);
    const ring = new Array<number | undefined>(size).fill(undefined);
    let started = 0;
    let emitted = 0;
    let active = 0;

    const start = () => {
      while (started < items && active < concurrent && started - emitted < size) {
        const index = started++;
        active++;
        project(index).then((value) => settle(index, value), reject);
      }
    };
    const settle = (index: number, value: number) => {
      active--;
      ring[index % size] = value;
      for (let slot = emitted % size; ring[slot] !== undefined; slot = emitted % size) {
        const ready = ring[slot]!;
        ring[slot] = undefined;
        emitted++;
        next(ready);
      }
      if (emitted === items) resolve();
      else start();
    };
    start();
  });
}
