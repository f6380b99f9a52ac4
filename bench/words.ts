/** Numbers as the reports write them. */
export const count = (n: number) => n.toLocaleString('en');

/** How many at once. */
export const atOnce = (concurrent: number) => (concurrent === Infinity ? 'unlimited' : `at ${concurrent}`);

/** The same in an id. */
export const slug = (concurrent: number) => (concurrent === Infinity ? 'unlimited' : String(concurrent));

/** A ratio, with two digits. */
export function times(ratio: number): string {
  if (ratio >= 10) return count(Math.round(ratio));
  return ratio >= 1 ? ratio.toFixed(ratio < 9.95 ? 2 : 0) : ratio.toPrecision(2);
}
