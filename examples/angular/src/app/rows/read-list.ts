import { parse } from 'papaparse';

export interface List {
  readonly ids: readonly number[];
  /** What could not be read, and is left out. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly line: number;
  readonly text: string;
}

/**
 * Reads ids: all that there are in each line, or, of a CSV whose first line has
 * a column `id`, those of that column.
 */
export function readList(text: string): List {
  const ids: number[] = [];
  const problems: Problem[] = [];
  let column: number | undefined;
  let header:
    { readonly line: number; readonly fields: readonly string[] } | undefined;
  let line = 0;
  let nextLine = 1;
  const problem = (text: string) => problems.push({ line, text });

  parse<string[]>(text, {
    step: ({ data, errors }, parser) => {
      line = nextLine;
      nextLine += 1 + lineBreaksIn(data);
      const fields = data.map((field) => field.trim());
      if (fields.every((field) => field === '')) return;
      if (header === undefined) {
        header = { line, fields };
        column = indexOfId(fields);
        if (column !== undefined) return;
      } else if (column === undefined && isOfNames(header.fields)) {
        ids.length = problems.length = 0;
        line = header.line;
        problem(`no column is called “id”, only ${listOf(header.fields)}`);
        parser.abort();
        return;
      }
      if (errors.some(({ type }) => type === 'Quotes')) {
        problem(`a quotation mark is never closed: ${quoted(fields.join())}`);
        return;
      }
      const entries =
        column === undefined
          ? fields.flatMap((field) => field.split(/\s+/)).filter(Boolean)
          : [fields[column] ?? ''];
      for (const entry of entries) {
        if (isId(entry)) ids.push(Number(entry));
        else
          problem(entry ? `${quoted(entry)} is not an id` : 'there is no id');
      }
    },
  });
  return { ids, problems };
}

const isId = (text: string) =>
  /^\d+$/.test(text) && Number(text) > 0 && Number.isSafeInteger(Number(text));

function indexOfId(fields: readonly string[]): number | undefined {
  const index = fields.findIndex((field) => field.toLowerCase() === 'id');
  return index === -1 ? undefined : index;
}

/** Whether a line names the columns of those below it. */
const isOfNames = (fields: readonly string[]) =>
  fields.length > 1 && !fields.some(isId);

/** A quoted field may have some. */
const lineBreaksIn = (fields: readonly string[]) =>
  fields.reduce(
    (sum, field) => sum + (field.match(/\r\n|\r|\n/g)?.length ?? 0),
    0,
  );

const quoted = (text: string) =>
  `“${text.length > 40 ? `${text.slice(0, 39)}…` : text}”`;
const listOf = (names: readonly string[]) =>
  new Intl.ListFormat('en').format(names.map(quoted));
