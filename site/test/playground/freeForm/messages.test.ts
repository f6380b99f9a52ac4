// What the page takes of what a program may have forged.
import { describe, expect, test } from 'vitest';
import { Assembly } from '../../../playground/freeform/assemble';
import type { Entry } from '../../../playground/freeform/entries';
import { readMessage } from '../../../playground/freeform/messages';

const line = { at: 1, level: 'log', text: 'text', isUncaught: false };
const batch = { what: 'batch', entries: [], lines: [line], dropped: 0, alive: true };

describe('a message', () => {
  test('is read as it is, without what does not belong to it', () => {
    expect(readMessage({ ...batch, more: 1, lines: [{ ...line, more: 1 }] })).toEqual(batch);
    expect(readMessage({ what: 'begun' })).toEqual({ what: 'begun' });
    expect(readMessage({ what: 'problem', text: 'why', line: undefined, column: 3 })).toEqual({
      what: 'problem',
      text: 'why',
      line: undefined,
      column: 3,
    });
  });

  test('has no more text than there is room for', () => {
    const read = readMessage({ ...batch, lines: [{ ...line, text: 'x'.repeat(100_000) }] });
    expect((read as typeof batch).lines[0]!.text).toBe(`${'x'.repeat(4_000)}…`);
  });

  test.each([
    ['nothing', undefined],
    ['text', 'begun'],
    ['an unknown kind', { what: '__proto__' }],
    ['no list', { ...batch, entries: 'none' }],
    ['too long a list', { ...batch, lines: Array.from({ length: 1_001 }, () => line) }],
    ['an unknown level', { ...batch, lines: [{ ...line, level: 'constructor' }] }],
    ['an index that is a name', { ...batch, entries: [{ run: 0, at: 0, what: 'received', index: '__proto__' }] }],
    ['an index that is none', { ...batch, entries: [{ run: 0, at: 0, what: 'received', index: -1 }] }],
    ['a time that is none', { ...batch, entries: [{ run: 0, at: Infinity, what: 'received', index: 0 }] }],
    ['a line that is none', { what: 'problem', text: 'why', line: 0, column: undefined }],
  ])('that is wrong is none: %s', (_what, message) => {
    expect(readMessage(message)).toBeUndefined();
  });
});

describe('what cannot have happened is an error', () => {
  const common = { run: 0, at: 0 };
  const opened: Entry = { ...common, what: 'opened', operator: 'concatMapEager', order: 'source', virtual: false };
  const received: Entry = { ...common, what: 'received', index: 0 };
  const leg: Entry = { ...common, what: 'leg', leg: 0, index: 0, attempt: 1 };

  test.each<[string, Entry[]]>([
    ['a subscription out of turn', [{ ...opened, run: 1 }]],
    ['a subscription too many', Array.from({ length: 7 }, (_, run) => ({ ...opened, run }))],
    ['an event before its subscription', [received]],
    ['an item out of turn', [opened, { ...received, index: 1_000_000 }]],
    ['an item twice', [opened, received, received]],
    ['an end of an item that has not come', [opened, { ...common, what: 'flushed', index: 0 }]],
    ['an attempt of an item that has not come', [opened, leg]],
    ['an attempt out of turn', [opened, received, { ...leg, leg: 2 }]],
    ['a value of an attempt that has not begun', [opened, received, { ...common, what: 'value', leg: 0, nth: 0 }]],
    ['a value out of turn', [opened, received, leg, { ...common, what: 'value', leg: 0, nth: 1 }]],
    ['an output of nothing', [opened, received, leg, { ...common, what: 'output', leg: 0, nth: 0 }]],
  ])('%s', (_what, entries) => {
    const assembly = new Assembly();
    const last = entries.pop()!;
    for (const entry of entries) assembly.add(entry);
    expect(() => assembly.add(last)).toThrow(RangeError);
  });
});
