import { bursts, isEnd, LIMITS, type MarbleMark, type MarbleRow } from './model.js';
import { PictureAxis } from './picture/PictureAxis.js';
import { STYLE } from './picture/style.js';
import { element, escape } from './picture/svg.js';
import { isSource, Trace } from './picture/Trace.js';
import { errorText, type MarblePicture, printMarble } from './printMarble.js';
import { printOperator } from './readOperator.js';
import { printWhere } from './readWhere.js';

/** Pixels. */
const UNIT = 26;
const ROW = 34;
const KEYS = 20;
const LEFT = 76;
/** The same where a row has a longer label. */
const LEFT_OF_LIMITS = 102;
const RIGHT = 22;
const RADIUS = 11;
/** The width of a character of the operators' text, which is set in a monospaced font of 13 pixels. */
const CHARACTER = 7.9;
/** The same for the milliseconds. */
const DIGIT = 6.2;

/** What is drawn of a specification. */
type Drawn = MarblePicture & { readonly name: string };

/**
 * Draws a marble block as an SVG: source, inners as they are subscribed, operators, result, time to the right. Values have
 * the colour of the source value that they come from; its key stands below it. A dotted line leads from where a source value
 * came to where its inner is subscribed; a thick one from where an inner's value came to where it comes out. A limit is a bar
 * for as long as it holds; while it is 0, there is only the number.
 *
 * The picture follows `prefers-color-scheme`, so it is readable on light and dark backgrounds, and has the block as its
 * description. It can stand alone or within HTML.
 *
 * @example
 * ```ts
 * for (const spec of readMarbleFile('marbles/order.md')) {
 *   writeFileSync(`${spec.name}.svg`, drawMarble(spec));
 * }
 * ```
 *
 * @param spec - A specification from {@link readMarbles}, or one that was made otherwise.
 * @returns The text of an SVG document.
 */
export function drawMarble(spec: Drawn): string {
  return new Picture(spec).draw();
}

class Picture {
  readonly #spec: Drawn;
  readonly #axis: PictureAxis;
  readonly #rows: readonly MarbleRow[];
  readonly #result: MarbleRow;
  readonly #trace: Trace;
  readonly #left: number;
  readonly #width: number;

  constructor(spec: Drawn) {
    const { rows, result, unsub, operators } = spec;
    this.#spec = spec;
    // The end of the result that the consumer makes, unless it has ended before.
    const open = unsub !== undefined && !result.marks.some(isEnd);
    this.#result = open ? { ...result, marks: [...result.marks, { frame: unsub, mark: '!' }] } : result;
    this.#rows = rows.map((row) => (row.label === 'inputs' ? whenRead(row, rows) : row));
    this.#axis = new PictureAxis([...this.#rows, this.#result]);
    this.#trace = new Trace(
      this.#rows.filter((row) => !isLimits(row)),
      this.#result,
    );
    this.#left = rows.some(isLimits) ? LEFT_OF_LIMITS : LEFT;
    const texts = [...operators.map(printOperator), ...this.#legend()];
    const text = Math.max(...texts.map((each) => [...each].length * CHARACTER));
    this.#width = this.#left + Math.max(this.#axis.width * UNIT, text - this.#left + 2 * RIGHT) + RIGHT;
  }

  draw(): string {
    const { name, keys, operators } = this.#spec;
    const drawn: string[] = [this.#ticks()];
    let top = 18;
    for (const row of this.#rows) {
      drawn.push(this.#row(row, top + ROW / 2));
      top += ROW;
      if (row === this.#rows[0] && keys !== undefined) {
        drawn.push(this.#keys(row, keys, top + KEYS / 2 - 4));
        top += KEYS;
      }
    }
    const box = 20 * operators.length + 10;
    drawn.push(this.#operators(top + 4, box));
    top += box + 8;
    drawn.push(this.#row(this.#result, top + ROW / 2));
    top += ROW;
    for (const line of this.#legend()) {
      drawn.push(element('text', { class: 'left', x: 4, y: top + 10 }, escape(line)));
      top += 20;
    }
    const [width, height] = [Math.ceil(this.#width), top + 4];
    return (
      element(
        'svg',
        {
          xmlns: 'http://www.w3.org/2000/svg',
          class: 'marble',
          role: 'img',
          width,
          height,
          viewBox: `0 0 ${width} ${height}`,
        },
        element('title', {}, escape(name)),
        element('desc', {}, escape(printMarble(this.#spec))),
        element('style', {}, STYLE),
        ...drawn,
      ) + '\n'
    );
  }

  #x(unit: number): number {
    return this.#left + unit * UNIT;
  }

  /** The milliseconds, above everything, where there is room for them. */
  #ticks(): string {
    const ticks = [element('text', { class: 'faint left', x: 4, y: 9 }, 'ms')];
    let free = this.#left - UNIT;
    const put = (middle: number, text: string): void => {
      const half = ((text.length + 1) * DIGIT) / 2;
      if (middle - half < free) return;
      ticks.push(element('text', { class: 'faint', x: middle, y: 9 }, text));
      free = middle + half;
    };
    const gaps = this.#axis.gaps.map(({ from, to, frames }) => ({ at: (from + to) / 2, text: `${frames} ms` }));
    const frames = this.#axis.frames.map((frame) => ({ at: this.#axis.at(frame), text: String(frame) }));
    for (const { at, text } of [...gaps, ...frames].sort((one, other) => one.at - other.at)) put(this.#x(at), text);
    return ticks.join('');
  }

  #row(row: MarbleRow, y: number): string {
    const drawn = [...bursts(row.marks)].map(([frame, burst]) => this.#burst(row, frame, burst, y)).join('');
    // Inputs are there before they are read: nothing leads from one to the next.
    if (row.label === 'inputs') return this.#label(row, y) + drawn;
    const begin = this.#x(this.#axis.at(row.start));
    const colour = this.#isInner(row) ? this.#trace.colour(row.label) : 'n';
    const line = row.throws ? this.#throw(row, begin, y) : this.#lineOf(row, begin, y);
    return this.#label(row, y) + element('g', { class: colour }, line) + drawn;
  }

  /** The key of each value, below it. */
  #keys(source: MarbleRow, keys: readonly string[], y: number): string {
    const left = keys.slice();
    const drawn = [...bursts(source.marks)].flatMap(([frame, burst]) =>
      burst.flatMap((mark, index) => {
        const key = isEnd(mark) ? undefined : left.shift();
        return key === undefined ? [] : [this.#text(key, this.#x(this.#axis.at(frame) + index), y)];
      }),
    );
    return element('text', { class: 'left', x: 4, y }, 'keys') + drawn.join('');
  }

  #throw(row: MarbleRow, begin: number, y: number): string {
    return this.#mark({ frame: row.start, mark: '#' }, begin, y) + this.#text('throws', begin + UNIT * 1.6, y);
  }

  /** What a row is before its marks are put on it. */
  #lineOf(row: MarbleRow, begin: number, y: number): string {
    const last = row.marks.at(-1);
    const ended = last !== undefined && isEnd(last);
    const beside = row.marks.filter(({ frame }) => frame === last!.frame).length - 1;
    const end = ended ? this.#x(this.#axis.at(last.frame) + beside) : this.#width - RIGHT / 2;
    return [
      this.#waiting(row, begin, y),
      this.#parked(row, y),
      ...this.#line(begin, end, y),
      ...(isLimits(row) ? this.#limits(row, ended ? end : end - RADIUS, y) : []),
      ended ? '' : element('path', { d: `M${end - 5} ${y - 4}l5 4l-5 4` }),
      this.#isInner(row) ? element('circle', { class: 'start', cx: begin, cy: y, r: 3 }) : '',
    ].join('');
  }

  #isInner(row: MarbleRow): boolean {
    return row !== this.#result && !isSource(row) && !isLimits(row);
  }

  /** A line that is dotted where time is left out. */
  #line(begin: number, end: number, y: number): string[] {
    const parts: string[] = [];
    let from = begin;
    for (const gap of this.#axis.gaps) {
      const [left, right] = [this.#x(gap.from), this.#x(gap.to)];
      if (left < begin || left >= end) continue;
      parts.push(
        element('path', { d: `M${from} ${y}H${left}` }),
        element('path', { class: 'dots', d: `M${left} ${y}H${right}` }),
      );
      from = right;
    }
    return [...parts, element('path', { d: `M${from} ${y}H${end}` })];
  }

  /** How long each limit holds; while it is 0, the line goes on. */
  #limits(row: MarbleRow, end: number, y: number): string[] {
    const places = [...bursts(row.marks)].flatMap(([frame, burst]) =>
      burst.map((_, index) => this.#x(this.#axis.at(frame) + index)),
    );
    return row.marks.flatMap(({ mark }, index) => {
      if (isEnd({ mark, frame: 0 })) return [];
      const x = places[index]! - RADIUS;
      const next = mark === '0' ? x + 2 * RADIUS : (places[index + 1] ?? end) - (index + 1 in places ? RADIUS : 0) - 3;
      return [element('rect', { class: 'box', x, y: y - 10, width: next - x, height: 20, rx: 4 })];
    });
  }

  /** From where its source value came to where an inner is subscribed. */
  #waiting(row: MarbleRow, begin: number, y: number): string {
    const since = this.#isInner(row) ? this.#trace.waiting(row) : undefined;
    if (since === undefined) return '';
    return element('path', { class: 'wait', d: `M${this.#x(this.#axis.at(since))} ${y}H${begin}` });
  }

  /** From where an inner's first value that had to wait came to where the last one comes out. */
  #parked(row: MarbleRow, y: number): string {
    const parked = this.#trace.parked(row);
    if (parked === undefined) return '';
    const [from, to] = [parked.from, parked.to].map((frame) => this.#x(this.#axis.at(frame)));
    return element('path', { class: 'parked', d: `M${from} ${y}H${to}` });
  }

  /** What happens in one frame of a row, side by side. */
  #burst(row: MarbleRow, frame: number, burst: readonly MarbleMark[], y: number): string {
    const at = this.#x(this.#axis.at(frame));
    const drawn = burst.map((mark, index) => this.#mark(mark, at + index * UNIT, y, isLimits(row))).join('');
    if (burst.length === 1) return drawn;
    const size = { x: at - RADIUS - 2.5, y: y - RADIUS - 2.5, rx: RADIUS + 2.5, height: 2 * RADIUS + 5 };
    const around = element('rect', { class: 'once', ...size, width: (burst.length - 1) * UNIT + 2 * RADIUS + 5 });
    return element('g', { class: 'n' }, around) + drawn;
  }

  #mark(mark: MarbleMark, x: number, y: number, isLimit = false): string {
    if (mark.mark === '|') return element('g', { class: 'n' }, element('path', { d: `M${x} ${y - 9}V${y + 9}` }));
    if (mark.mark === '#') {
      const d = `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x + 6} ${y - 6}L${x - 6} ${y + 6}`;
      return element('g', { class: 'n' }, element('path', { d }));
    }
    if (mark.mark === '!') {
      return element('g', { class: 'n' }, element('circle', { cx: x, cy: y, r: 7 }), this.#text('!', x, y));
    }
    if (isLimit) return this.#text(mark.mark, x, y);
    return element(
      'g',
      { class: this.#trace.colourOf(mark) },
      element('circle', { cx: x, cy: y, r: RADIUS }),
      this.#text(mark.mark, x, y),
    );
  }

  #label(row: MarbleRow, y: number): string {
    if (!this.#isInner(row)) return element('text', { class: 'left', x: 4, y }, escape(row.label));
    const colour = this.#trace.colour(row.label);
    return element(
      'g',
      { class: colour },
      element('circle', { cx: 16, cy: y, r: RADIUS }),
      this.#text(row.label, 16, y),
    );
  }

  #operators(y: number, height: number): string {
    const box = element('rect', { class: 'box', x: 1, y, width: Math.ceil(this.#width) - 2, height, rx: 6 });
    const lines = this.#spec.operators.map((step, index) =>
      this.#text(printOperator(step).slice(2), this.#width / 2, y + 15 + 20 * index),
    );
    return element('g', { class: 'n' }, box, ...lines);
  }

  #text(text: string, x: number, y: number): string {
    return element('text', { x, y }, escape(text));
  }

  /** What marks stand for, below everything. */
  #legend(): string[] {
    const { where } = this.#spec;
    const said = errorText(this.#spec).map((error) => `error ${error}`);
    return Object.keys(where).length > 0 ? [...said, `where ${printWhere(where)}`] : said;
  }
}

/** Whether a row has the limits of an operator. */
function isLimits({ label }: MarbleRow): boolean {
  return label === LIMITS;
}

/** Inputs, each when it is read: when the row of its inner starts. */
function whenRead(inputs: MarbleRow, rows: readonly MarbleRow[]): MarbleRow {
  const starts = new Map<string, number[]>();
  for (const { label, start } of rows) starts.set(label, [...(starts.get(label) ?? []), start]);
  let frame = 0;
  const marks = inputs.marks.map(({ mark }) => ({
    mark,
    frame: (frame = Math.max(frame, starts.get(mark)?.shift() ?? frame)),
  }));
  return { ...inputs, marks };
}
