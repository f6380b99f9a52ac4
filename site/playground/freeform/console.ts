import { format, inspect } from './format';
import type { Level } from './messages';

/** A console that writes lines. */
export function consoleOf(write: (level: Level, text: () => string) => void, now: () => number): Partial<Console> {
  let indent = '';
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const line = (level: Level, args: readonly unknown[]) =>
    write(level, () => (indent === '' ? format(args) : `${indent}${format(args).replaceAll('\n', `\n${indent}`)}`));
  const at =
    (level: Level) =>
    (...args: unknown[]) =>
      line(level, args);
  const passed = (label = 'default', ...args: unknown[]) => {
    const begun = timers.get(label);
    if (begun === undefined) line('warn', [`There is no timer '${label}'`]);
    else line('log', [`${label}: ${Math.round((now() - begun) * 10) / 10} ms`, ...args]);
  };
  const group = (...args: unknown[]) => {
    if (args.length > 0) line('log', args);
    indent += '  ';
  };
  return {
    debug: at('debug'),
    log: at('log'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    trace: at('log'),
    dir: (value: unknown) => line('log', [inspect(value)]),
    table: at('log'),
    assert: (condition?: unknown, ...args: unknown[]) => {
      if (condition) return;
      const [first, ...rest] = args;
      line(
        'error',
        typeof first === 'string' ? [`Assertion failed: ${first}`, ...rest] : ['Assertion failed', ...args],
      );
    },
    count: (label = 'default') => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      line('log', [`${label}: ${counts.get(label)}`]);
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => void timers.set(label, now()),
    timeLog: passed,
    timeEnd: (label = 'default') => {
      passed(label);
      timers.delete(label);
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(2);
    },
    clear: () => undefined,
  };
}
