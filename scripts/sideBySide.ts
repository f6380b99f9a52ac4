/** Does all of it, so many at a time, in order, and gives what each gave. By default they are two, as many as CI has processors. */
export async function sideBySide<T>(tasks: readonly (() => Promise<T>)[], atOnce = 2): Promise<T[]> {
  const results: T[] = [];
  const left = [...tasks.entries()];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, task] = next;
      results[index] = await task();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}
