/**
 * Checks the types of the code in the documents, in the pages of the site and in the TSDoc, against the built package. Each
 * block is a module of its own. What a block takes for granted is declared where it is not seen: on a page in a comment before
 * it, `<!-- sample: declare const ids: number[]; -->`, or for all blocks of the page that import nothing, `<!-- samples: ... -->`;
 * for TSDoc in `assumed`.
 *
 * Not checked here are excerpts of the examples that are packages of their own, below a link to their file: the example
 * compiles them, and `test/docs.test.ts` compares them.
 */
import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { documents, exists, namesIn, read, ROOT } from './routes.js';

export interface Sample {
  /** From the root of the repository. */
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** What it takes for granted. */
  readonly preamble: string;
  /** The folder of the repository that it is to be seen in. */
  readonly folder: string;
}

/** What examples in TSDoc take for granted, by file. */
const assumed: Readonly<Record<string, string>> = {
  'src/concatMapEager.ts': 'declare const ids: number[];',
  'src/concatMapEagerFrom.ts':
    'declare const enrich: (row: unknown, options: { signal: AbortSignal }) => Promise<string>;',
  'src/iterableObservable.ts': [
    'declare const readRows: () => AsyncIterable<string>;',
    'declare const enrich: (row: string) => Promise<string>, write: (row: string) => Promise<void>;',
  ].join('\n'),
  'src/limits.ts':
    'declare const rowIds: number[], imageIds: number[], ids: number[]; ' +
    'declare const load: (id: number, options: { signal: AbortSignal }) => Promise<string>;',
  'src/overflowError.ts': "declare const result: import('rxjs').Observable<string>;",
  'src/config.ts': [
    "import type { Observable } from 'rxjs';",
    "import { concatMapEager, type ConcatMapEagerConfig } from 'rxjs-concat-map-eager';",
    'declare const rows: Observable<string>, ids: Observable<number>;',
    'declare const save: (row: string) => Promise<void>, load: (id: number) => Promise<string>;',
  ].join('\n'),
  'src/testing/drawMarble.ts': [
    "import { writeFileSync } from 'node:fs';",
    "import { drawMarble, readMarbleFile } from 'rxjs-concat-map-eager/testing';",
  ].join('\n'),
  'src/testing/printMarble.ts': [
    "import { printMarble, readMarbles } from 'rxjs-concat-map-eager/testing';",
    'declare const page: string;',
  ].join('\n'),
  'src/testing/readMarbleFile.ts': [
    "import { type MarbleOperators, readMarbleFile, runMarble } from 'rxjs-concat-map-eager/testing';",
    'declare const operators: MarbleOperators;',
    'declare const test: (name: string, act: () => void) => void;',
  ].join('\n'),
  'src/testing/readMarbles.ts': [
    "import { type MarbleOperators, readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';",
    'declare const markdown: string, operators: MarbleOperators;',
    'declare const test: (name: string, act: () => void) => void;',
  ].join('\n'),
  'src/testing/runMarble.ts': [
    'declare const page: string;',
    'declare const test: (name: string, act: () => void) => void;',
  ].join('\n'),
};

export function checkSamples(): { checked: number; problems: string[] } {
  const samples = [
    ...pages().flatMap((path) => samplesOfPage(path, read(path))),
    ...sources().flatMap(samplesOfSource),
  ];
  return { checked: samples.length, problems: check(samples) };
}

/** Everything that the site shows and somebody has written. */
function pages(): string[] {
  return [
    ...documents.keys(),
    ...namesIn('site')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `site/${name}`),
  ];
}

function sources(): string[] {
  return readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'));
}

/** The blocks `ts` of a page. */
export function samplesOfPage(file: string, text: string): Sample[] {
  const samples: Sample[] = [];
  const [, forAll = ''] = /<!-- samples:\s([^]*?)-->/.exec(text) ?? [];
  for (const match of text.matchAll(/^```(?:ts|typescript)\b.*\n([^]*?)^```$/gm)) {
    const before = text.slice(0, match.index);
    const [, example] = /\[(examples\/[\w-]+)\/[^\]]+\]\([^)]+\)\n\n$/.exec(before) ?? [];
    if (example !== undefined && exists(`${example}/package.json`)) continue;
    const [, preamble = ''] = /<!-- sample:\s((?:(?!-->)[^])*)-->\n\n$/.exec(before) ?? [];
    const [, folder] = /^in (\S+)\s*$/.exec(preamble) ?? [];
    samples.push({
      file,
      line: before.split('\n').length + 1,
      code: match[1]!,
      preamble: folder !== undefined ? '' : preamble.trim() || (/^import /m.test(match[1]!) ? '' : forAll.trim()),
      folder: folder ?? posix.dirname(file),
    });
  }
  return samples;
}

/** The examples in a source's comments. */
function samplesOfSource(file: string): Sample[] {
  const comments = read(file).replace(/^.*$/gm, (line) => (/^ *\*/.test(line) ? line.replace(/^ *\* ?/, '') : ''));
  const preamble = assumed[file] ?? '';
  return samplesOfPage(file, comments).map((sample) => ({ ...sample, preamble }));
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  typeRoots: [`${ROOT}node_modules/@types`],
  paths: {
    'rxjs-concat-map-eager': [`${ROOT}dist/index.d.ts`],
    'rxjs-concat-map-eager/testing': [`${ROOT}dist/testing.d.ts`],
  },
  strict: true,
  exactOptionalPropertyTypes: true,
  useDefineForClassFields: false,
  allowJs: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What is wrong with samples, each with file and line. */
export function check(samples: readonly Sample[]): string[] {
  const modules = new Map<string, { text: string; sample: Sample }>();
  samples.forEach((sample, index) => {
    // On one line: so the lines of the code stay what they are.
    const text = `${sample.preamble.replaceAll('\n', ' ')}\n${sample.code}`;
    modules.set(posix.join(ROOT, sample.folder, `.sample-${index}.ts`), { text, sample });
  });
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.readFile = (name) => modules.get(name)?.text ?? readFile(name);
  host.getSourceFile = (name, version, ...others) => {
    const module = modules.get(name);
    return module ? ts.createSourceFile(name, module.text, version) : getSourceFile(name, version, ...others);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()]
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    .concat(
      [...modules].flatMap(([name, { sample }]) => {
        const source = program.getSourceFile(name)!;
        const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
        return found.map(({ start = 0, messageText, code }) => {
          const { line, character } = source.getLineAndCharacterOfPosition(start);
          const message = ts.flattenDiagnosticMessageText(messageText, '\n');
          // The first line is the preamble.
          return `${sample.file}:${sample.line + Math.max(0, line - 1)}:${character + 1}: ${message} (TS${code})`;
        });
      }),
    );
}
