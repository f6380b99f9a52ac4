/** Whether something grows: a line fitted through what has been measured. */
import { linearRegression, median } from 'simple-statistics';

export interface Trend {
  /** How much it grows from the first to the last of the samples: by least squares, and by the median of all slopes. */
  readonly growth: number;
  readonly medianGrowth: number;
  /** How far half of the samples are from the line, at least. */
  readonly scatter: number;
  /** The value of the line by least squares at its start. */
  readonly start: number;
}

export type Point = readonly [x: number, y: number];

/**
 * Two lines, since each has its weakness: a single late step (code that is compiled, a table that doubles) tilts the one by
 * least squares, and Theil and Sen's, the median of the slopes between any two points, does not see a leak that only
 * happens in the last quarter of a run. What grows steadily is seen by both.
 */
export function trendOf(points: readonly Point[]): Trend {
  const { m, b } = linearRegression(points as [number, number][]);
  const [from, to] = [points[0]![0], points.at(-1)![0]];
  const slopes = points.flatMap(([x, y], i) =>
    points.slice(i + 1).map(([laterX, laterY]) => (laterY - y) / (laterX - x)),
  );
  return {
    growth: m * (to - from),
    medianGrowth: median(slopes) * (to - from),
    scatter: median(points.map(([x, y]) => Math.abs(y - (m * x + b)))),
    start: m * from + b,
  };
}
