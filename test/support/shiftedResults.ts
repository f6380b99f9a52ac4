import type { MarbleMark, MarbleSpec } from 'rxjs-concat-map-eager/testing';

/**
 * A block as it would be with a column too many or too few in its result: each burst a millisecond later or earlier, alone or
 * with all that comes behind it.
 */
export function shiftedResults(spec: MarbleSpec): MarbleSpec[] {
  const { marks } = spec.result;
  const frames = [...new Set(marks.map(({ frame }) => frame))];
  return frames.flatMap((frame, index) => {
    const before = frames[index - 1] ?? 0;
    const after = frames[index + 1] ?? Infinity;
    const moved = (by: number, last: number): MarbleMark[] =>
      marks.map((mark) => (mark.frame >= frame && mark.frame <= last ? { ...mark, frame: mark.frame + by } : mark));
    const shifted = [moved(1, Infinity)];
    if (frame < after - 1) shifted.push(moved(1, frame));
    if (frame > before) shifted.push(moved(-1, Infinity), moved(-1, frame));
    return shifted.map((each) => ({ ...spec, result: { ...spec.result, marks: each } }));
  });
}
