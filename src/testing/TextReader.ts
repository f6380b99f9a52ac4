import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s(){}[\],:>"]+|\S/uy;

/** The token that a text, which is not empty, begins with. */
export function firstToken(text: string): string {
  TOKEN.lastIndex = 0;
  return TOKEN.exec(text)![0];
}

/** Reads a line of words, strings and punctuation, blanks between them ignored: all lines but those that draw. */
export class TextReader {
  readonly #text: string;
  readonly #place: MarblePlace;
  #at = 0;

  /** @param place - where the text begins */
  constructor(text: string, place: MarblePlace) {
    this.#text = text;
    this.#place = place;
  }

  /** The next token, which stays unread; empty at the end of the line. */
  peek(): string {
    return this.#match(TOKEN);
  }

  take(): string {
    const token = this.peek();
    this.#at += token.length;
    return token;
  }

  /** What comes next as `pattern` has it, which must be sticky; empty if it does not match. */
  takeMatch(pattern: RegExp): string {
    const text = this.#match(pattern);
    this.#at += text.length;
    return text;
  }

  /** Reads `token` if it comes next. */
  skip(token: string): boolean {
    if (this.peek() !== token) return false;
    this.take();
    return true;
  }

  /** Reads `token`, which must come next. */
  expect(token: string, expected = `"${token}"`): void {
    if (!this.skip(token)) this.fail(expected);
  }

  /** @throws {@link MarbleSyntaxError} unless the whole line is read */
  expectEnd(expected = 'the end of the line'): void {
    if (this.peek() !== '') this.fail(expected);
  }

  /** @throws {@link MarbleSyntaxError} always, at what comes next */
  fail(expected: string): never {
    return this.failAt('', expected, this.peek());
  }

  /** @throws {@link MarbleSyntaxError} always, at `taken`, which has just been read */
  failAt(taken: string, expected: string, got = taken): never {
    const column = [...this.#text.slice(0, this.#at - taken.length)].length;
    throw new MarbleSyntaxError(after(this.#place, column), expected, quote(got));
  }

  #match(pattern: RegExp): string {
    while (this.#text[this.#at]?.trim() === '') this.#at++;
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }
}
