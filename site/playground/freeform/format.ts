/** How much of a value is written. */
const DEEPEST = 4;
const MOST_ENTRIES = 100;
const LONGEST = 2_000;

/** What a console writes for its arguments; `%s` and the like in the first one are replaced. */
export function format(args: readonly unknown[]): string {
  const rest = [...args];
  const first = rest[0];
  let text = '';
  if (typeof first === 'string') {
    rest.shift();
    text = first.replace(/%([sdifoOjc%])/g, (whole, kind: string) => {
      if (kind === '%') return '%';
      if (rest.length === 0) return whole;
      const arg = rest.shift();
      if (kind === 'c') return '';
      if (kind === 'd' || kind === 'f') return String(numberOf(arg));
      if (kind === 'i') return String(Math.trunc(numberOf(arg)));
      return kind === 's' && typeof arg !== 'object' ? String(arg) : inspect(arg);
    });
  }
  const parts = [...(typeof first === 'string' ? [text] : []), ...rest.map(show)];
  return cut(parts.join(' '));
}

const numberOf = (arg: unknown) => (['object', 'function', 'symbol'].includes(typeof arg) ? NaN : Number(arg));

const show = (value: unknown) => (typeof value === 'string' ? value : inspect(value));

const cut = (text: string) =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length - LONGEST} more characters)`;

/** A value as people read it. Getters are not called. */
export function inspect(value: unknown): string {
  return new Inspection().write(value, 0);
}

class Inspection {
  private readonly above: object[] = [];
  /** Bounds the work that one value can make. */
  private room = 2_000;

  write(value: unknown, depth: number): string {
    this.room--;
    if (typeof value === 'string') return `'${value.replace(/[\\'\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}'`;
    if (typeof value === 'bigint') return `${value}n`;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
      return Object.is(value, -0) ? '-0' : String(value);
    if (this.above.includes(value)) return '[circular]';
    this.above.push(value);
    try {
      return typeof value === 'function' ? this.function(value) : this.object(value, depth);
    } catch {
      // A proxy may throw whatever is asked.
      return `[${typeof value}]`;
    } finally {
      this.above.pop();
    }
  }

  private function(value: object): string {
    const name = Object.getOwnPropertyDescriptor(value, 'name')?.value as unknown;
    const kind = Function.prototype.toString.call(value).startsWith('class') ? 'class' : 'function';
    return typeof name === 'string' && name !== '' ? `[${kind} ${name}]` : `[${kind}]`;
  }

  private object(value: object, depth: number): string {
    if (value instanceof Error) return this.error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return RegExp.prototype.toString.call(value);
    const name = nameOf(value);
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    if (depth >= DEEPEST || this.room <= 0) return isList ? '[…]' : `${name ?? 'Object'} {…}`;
    if (isList) {
      const list = value as ArrayLike<unknown>;
      const text = this.list(list.length, (at) => (at in list ? this.write(list[at], depth + 1) : ''), '[', ']');
      return name === 'Array' ? text : `${name ?? 'Array'}(${list.length}) ${text}`;
    }
    if (value instanceof Map) {
      const entries = [...Map.prototype.entries.call(value)];
      const entry = (at: number) => entries[at]!.map((each) => this.write(each, depth + 1)).join(' => ');
      return `${name}(${value.size}) ${this.list(entries.length, entry, '{ ', ' }')}`;
    }
    if (value instanceof Set) {
      const values = [...Set.prototype.values.call(value)] as unknown[];
      return `${name}(${value.size}) ${this.list(values.length, (at) => this.write(values[at], depth + 1), '{ ', ' }')}`;
    }
    const text = this.properties(value, depth);
    return name === 'Object' ? text : `${name ?? '[null]'} ${text}`;
  }

  private error(error: Error, depth: number): string {
    const what = error.message === '' ? error.name : `${error.name}: ${error.message}`;
    const inner = error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
    if (inner.length === 0 || depth >= DEEPEST) return what;
    return `${what} ${this.list(inner.length, (at) => this.write(inner[at], depth + 1), '[', ']')}`;
  }

  private properties(value: object, depth: number): string {
    const keys = Reflect.ownKeys(value).filter((key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable);
    const property = (at: number) => {
      const key = keys[at]!;
      const { value: inner, get } = Object.getOwnPropertyDescriptor(value, key)!;
      const name = typeof key === 'symbol' ? `[${String(key)}]` : /^[\w$]+$/.test(key) ? key : this.write(key, depth);
      return `${name}: ${get ? '[getter]' : this.write(inner, depth + 1)}`;
    };
    return this.list(keys.length, property, '{ ', ' }');
  }

  private list(length: number, entry: (at: number) => string, open: string, close: string): string {
    if (length === 0) return `${open}${close}`.replaceAll(' ', '');
    const entries: string[] = [];
    while (entries.length < Math.min(length, MOST_ENTRIES) && this.room > 0) entries.push(entry(entries.length));
    const more = length - entries.length;
    return `${open}${[...entries, ...(more > 0 ? [`… ${more} more`] : [])].join(', ')}${close}`;
  }
}

function nameOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const made = prototype && (Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown);
  return typeof made === 'function' ? made.name : prototype === null ? undefined : 'Object';
}
