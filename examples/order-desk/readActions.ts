import { createReadStream } from 'node:fs';
import { NotAnAction, parseAction, type Action } from './actions.js';

/** What an input held: its actions in their order, and what was wrong with the lines that are none. */
export interface Input {
  readonly actions: readonly Action[];
  readonly badLines: readonly BadLine[];
}

export interface BadLine {
  /** From 1, counting every line of the file, as an editor does. */
  readonly line: number;
  readonly problem: string;
}

/** Opens a file of actions, or standard input for `-`. */
export function openInput(path: string): AsyncIterable<Uint8Array> & { destroy(): unknown } {
  return path === '-' ? process.stdin : createReadStream(path);
}

/** Reads one action a line. Blank lines, a byte order mark, CRLF, and a last line without an end are all borne with. */
export async function readActions(chunks: AsyncIterable<Uint8Array>): Promise<Input> {
  const actions: Action[] = [];
  const badLines: BadLine[] = [];
  let line = 0;
  for await (const text of linesOf(chunks)) {
    line++;
    if (text.trim() === '') continue;
    try {
      actions.push(parseAction(text));
    } catch (error) {
      if (!(error instanceof NotAnAction)) throw error;
      badLines.push({ line, problem: error.message });
    }
  }
  return { actions, badLines };
}

/** Not node:readline, which also breaks lines at U+2028 and U+2029: they are allowed within a JSON text. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder(); // drops the byte order mark, and joins characters that two chunks share
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
