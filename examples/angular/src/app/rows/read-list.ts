import { parse } from 'papaparse';

export interface List {
  readonly ids: readonly number[];
  /** What could not be read, and is left out: a sentence for each. */
  readonly problems: readonly string[];
}

/**
 * Reads ids: as many as there are in each line, or, of a CSV whose first line has a column `id`, those of that column.
 */
export function readList(text: string): List {
  const ids: number[] = [];
  const problems: string[] = [];
  let column: number | undefined;
  let isFirst = true;
  // Where the line of the next record begins; a quoted field may have line breaks.
  let line = 1;
  let read = 0;
  parse<string[]>(text, {
    skipEmptyLines: false,
    step: ({ data, errors, meta }) => {
      const at = line;
      line += linesIn(text.slice(read, meta.cursor));
      read = meta.cursor;
      const fields = data.map((field) => field.trim());
      if (fields.every((field) => field === '')) return;
      if (isFirst) {
        isFirst = false;
        const found = fields.findIndex((field) => field.toLowerCase() === 'id');
        if (found !== -1) {
          column = found;
          return;
        }
      }
      const error = errors.find(({ type }) => type === 'Quotes');
      if (error) {
        problems.push(
          `Line ${at}: expected a quoted field to end with a quote, got ${JSON.stringify(short(fields.join()))}`,
        );
        return;
      }
      for (const field of column === undefined ? fields.filter((field) => field !== '') : [fields[column] ?? '']) {
        const id = /^\d+$/.test(field) ? Number(field) : NaN;
        if (Number.isSafeInteger(id) && id > 0) ids.push(id);
        else {
          const got = field === '' ? 'nothing' : JSON.stringify(short(field));
          problems.push(`Line ${at}: expected an id, an integer from 1 and up, got ${got}`);
        }
      }
    },
  });
  return { ids, problems };
}

const linesIn = (text: string) => text.match(/\r\n|\r|\n/g)?.length ?? 0;
const short = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
