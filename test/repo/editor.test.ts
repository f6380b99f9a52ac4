import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';

// A program of a user. An editor's cursor stands behind each comment.
const PROGRAM = `
import { of } from 'rxjs';
import { concatAllEager, concatEager, concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';

const ids = of(1, 2);
export const /*plain*/plain = ids.pipe(concatMapEager(async (id) => ({ id })));
export const /*withFallback*/withFallback = ids.pipe(concatMapEager(async (id) => ({ id }), { onError: () => of(null) }));
export const /*mixed*/mixed = ids.pipe(
  concatMapEager((id) => (id > 1 ? of('a') : [true]), { onError: (_, { value }) => (value > 1 ? of(null) : [5n]) }),
);
export const /*all*/all = of([1], of('a')).pipe(concatAllEager({ onError: async () => null }));
export const /*inputs*/inputs = concatEager([[1], of('a')], { onError: async () => null });
ids.pipe(
  concatMapEager((id) => of(id), {
    /*concurrent*/concurrent: 8,
    /*reorderWindow*/reorderWindow: 8,
    /*key*/key: (id) => id,
    /*concurrentPerKey*/concurrentPerKey: 2,
    /*order*/order: 'key',
    /*timeout*/timeout: { /*first*/first: 1, /*each*/each: 1, /*total*/total: 1, /*blocking*/blocking: 1 },
    /*retry*/retry: { /*count*/count: 1, /*delay*/delay: 1, /*resetOnSuccess*/resetOnSuccess: true },
    /*onError*/onError: (_, item) => of(item./*item*/value),
    /*atomic*/atomic: true,
    /*maxParked*/maxParked: 1,
    /*maxWaiting*/maxWaiting: 1,
    /*overflow*/overflow: 'drop-oldest',
    /*readAhead*/readAhead: 1,
    /*until*/until: of(1),
    /*signal*/signal: undefined,
    /*scheduler*/scheduler: undefined,
    /*monitor*/monitor: (event) => event./*event*/index,
  }),
);
ids.pipe(concatMapEager((id) => of(id), { /*completion*/ }));
ids.pipe(concatMapEager((id) => of(id), { concurrency: 8 }));
export const shared: ConcatMapEagerConfig<unknown> = { /*declared*/onError: 'skip' };
`;

const FILE = fileURLToPath(new URL('editor.program.ts', import.meta.url));

const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [FILE],
  getScriptVersion: () => '1',
  getScriptSnapshot: (file) => {
    const text = file === FILE ? PROGRAM : ts.sys.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => fileURLToPath(new URL('../..', import.meta.url)),
  getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
  fileExists: (file) => file === FILE || ts.sys.fileExists(file),
  readFile: (file) => ts.sys.readFile(file),
  readDirectory: (...given) => ts.sys.readDirectory(...given),
  directoryExists: (folder) => ts.sys.directoryExists(folder),
  getDirectories: (folder) => ts.sys.getDirectories(folder),
});

function positionOf(mark: string): number {
  const position = PROGRAM.indexOf(`/*${mark}*/`);
  expect(position, mark).toBeGreaterThan(0);
  return position + mark.length + 4;
}

/** What an editor shows where the mouse is over what follows the mark. */
function hover(mark: string): { type: string; text: string } {
  const info = service.getQuickInfoAtPosition(FILE, positionOf(mark));
  const type = ts.displayPartsToString(info?.displayParts).replace(/\s+/g, ' ');
  return { type, text: ts.displayPartsToString(info?.documentation) };
}

/** [the option, its unit or its values, its default] */
const OPTIONS: [option: string, unit: RegExp, byDefault: string][] = [
  ['concurrent', /integer, 1 or more, or `Infinity`/, '`Infinity`'],
  ['reorderWindow', /integer, 1 or more, or `Infinity`/, '`max(1024, 16 * concurrent)` items'],
  ['key', /key of a value/, 'no keys'],
  ['concurrentPerKey', /integer, 1 or more, or `Infinity`/, '1'],
  ['order', /`'source'`, or `'key'`/, "`'source'`"],
  ['timeout', /milliseconds above 0/, 'no limit'],
  ['retry', /number of retries, 0 or more.*delays in milliseconds/s, '0 retries'],
  ['onError', /`'in-order'`.*`'immediate'`.*`'at-end'`.*`'skip'`.*a function/s, "`'in-order'`"],
  ['atomic', /Whether/, '`false`'],
  ['maxParked', /integer, 1 or more, or `Infinity`/, '`Infinity` for a subscriber'],
  ['maxWaiting', /integer, 0 or more, or `Infinity`/, '`Infinity`'],
  ['overflow', /`'error'`.*`'drop-oldest'`.*`'drop-newest'`/s, "`'error'`"],
  ['readAhead', /integer, 0\s+or more, or `Infinity`/, '0'],
  ['until', /no more is read/, 'none'],
  ['signal', /aborts/, 'none'],
  ['scheduler', /milliseconds/, "rxjs's `asyncScheduler`"],
  ['monitor', /milliseconds/, 'none'],
];
const PARTS: typeof OPTIONS = [
  ['first', /milliseconds/, 'no limit'],
  ['each', /milliseconds/, 'no limit'],
  ['total', /milliseconds/, 'no limit'],
  ['blocking', /milliseconds/, 'no limit'],
  ['count', /integer, 0 or more, or `Infinity`/, '`Infinity`'],
  ['delay', /milliseconds, 0 or more/, 'no delay'],
  ['resetOnSuccess', /Whether/, '`false`'],
];

describe('an editor', () => {
  // It reads the program, and what that imports, when it is first asked.
  beforeAll(() => void service.getProgram(), 120_000);

  test.each([...OPTIONS, ...PARTS])(
    'says over %s what it is, in which unit, and what the default is',
    (option, unit, byDefault) => {
      const { text } = hover(option);
      expect(text).toMatch(unit);
      expect(text).toContain(`Default: ${byDefault}`);
    },
  );

  test('says so over an option of a configuration that is declared', () => {
    expect(hover('declared').text).toBe(hover('onError').text);
  });

  test.each(OPTIONS)('completes %s, and says the same as over it', (option) => {
    const position = positionOf('completion');
    const names = service.getCompletionsAtPosition(FILE, position, undefined)?.entries.map(({ name }) => name);
    expect(names).toContain(option);
    const details = service.getCompletionEntryDetails(
      FILE,
      position,
      option,
      undefined,
      undefined,
      undefined,
      undefined,
    );
    expect(ts.displayPartsToString(details?.documentation)).toBe(hover(option).text);
  });

  test.each(['item', 'event'])('documents what a function gets: %s', (mark) => {
    expect(hover(mark).text).not.toBe('');
  });

  test.each([
    ['plain', 'Observable<{ id: number; }>'],
    ['withFallback', 'Observable<{ id: number; } | null>'],
    ['mixed', 'Observable<string | bigint | boolean | null>'],
    ['all', 'Observable<string | number | null>'],
    ['inputs', 'IterableObservable<string | number | null>'],
  ])('shows the result flat: %s', (mark, type) => {
    expect(hover(mark).type).toBe(`const ${mark}: ${type}`);
  });

  test('names the option that was meant, and a type that users know, for one that there is not', () => {
    const messages = service
      .getSemanticDiagnostics(FILE)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/'concurrency' does not exist in type 'ConcatMapEagerConfig<number, unknown, .*>'/);
    expect(messages[0]).toContain("Did you mean to write 'concurrent'?");
  });

  test('knows every option that is tried here, and no other', () => {
    const entries = service.getCompletionsAtPosition(FILE, positionOf('completion'), undefined)?.entries ?? [];
    const properties = entries.filter(
      ({ kind }) =>
        kind === ts.ScriptElementKind.memberVariableElement || kind === ts.ScriptElementKind.memberFunctionElement,
    );
    expect(properties.map(({ name }) => name).sort()).toEqual(OPTIONS.map(([option]) => option).sort());
  });
});
