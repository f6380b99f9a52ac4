import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';

const TOKEN = /[^\s(){},:>]+|\S/uy;

/** Reads a line of words and punctuation, blanks between them ignored. What operator and `error` lines share. */
export class TextReader {
  readonly #text: string;
  readonly #place: MarblePlace;
  #at = 0;

  /** @param place - where the text begins */
  constructor(text: string, place: MarblePlace) {
    this.#text = text;
    this.#place = place;
  }

  /** The next word or punctuation mark, which stays unread; empty at the end of the line. */
  peek(): string {
    while (this.#text[this.#at]?.trim() === '') this.#at++;
    TOKEN.lastIndex = this.#at;
    return TOKEN.exec(this.#text)?.[0] ?? '';
  }

  take(): string {
    const token = this.peek();
    this.#at += token.length;
    return token;
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
    const token = this.peek();
    const column = [...this.#text.slice(0, this.#at)].length;
    throw new MarbleSyntaxError(after(this.#place, column), expected, quote(token));
  }
}
