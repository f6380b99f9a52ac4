/** Does all of it, two at a time, in order, and gives what each gave: as many as CI has processors. */
export async function sideBySide<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const left = [...tasks.entries()];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, task] = next;
      results[index] = await task();
    }
  };
  await Promise.all([lane(), lane()]);
  return results;
}
