import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUN, BUNDLERS, DENO, NODE, RXJS, TYPESCRIPT } from '../../scripts/matrix/versions.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/evidence/compatibility.md');
const promises = read('docs/evidence/proof.md');
const manifest = JSON.parse(read('package.json')) as {
  engines: { node: string };
  peerDependencies: { rxjs: string };
  devDependencies: Record<string, string>;
};

/** The rows of a table by their first cell, each as its other cells by their heads. */
function tableOf(heading: string): Map<string, Map<string, string>> {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [head = [], , ...rows] = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
  return new Map(
    rows.map(([name = '', ...cells]) => [name, new Map(cells.map((cell, at) => [head[at + 1] ?? '', cell]))]),
  );
}

const tables = { Runtimes: tableOf('Runtimes'), Types: tableOf('Types'), Bundlers: tableOf('Bundlers') };
const last = (versions: string[]) => versions.at(-1)!;
const minor = (version: string) => version.split('.').slice(0, 2).join('.');
const major = (version: string) => version.split('.')[0]!;

describe('docs/evidence/compatibility.md', () => {
  test('has what the matrix tries, and nothing else', () => {
    expect([...tables.Runtimes.keys()]).toEqual([
      ...NODE.map((version) => `Node.js ${version}`),
      `Bun ${BUN}`,
      `Deno ${DENO}`,
      expect.stringMatching(/^Chromium \d+$/),
      expect.stringMatching(/^Firefox \d+$/),
    ]);
    expect([...tables.Types.keys()]).toEqual(TYPESCRIPT.map((version) => `TypeScript ${version}`));
    expect([...tables.Bundlers.keys()]).toEqual(Object.entries(BUNDLERS).map((bundler) => bundler.join(' ')));
    for (const row of tables.Runtimes.values()) {
      expect([...row.keys()]).toEqual(RXJS.map((version) => `rxjs ${version}`));
    }
    for (const row of tables.Types.values()) expect([...row.keys()]).toEqual(['`nodenext`', '`bundler`', '`node10`']);
  });

  test('has no cell that fails', () => {
    expect(page).not.toContain('fails');
  });

  test('has every runtime with every rxjs, as ESM and CJS', () => {
    for (const [name, row] of tables.Runtimes) {
      const formats = /^(Chromium|Firefox)/.test(name) ? /^ESM( \(\d+\))?$/ : /^ESM, CJS( \(\d+\))?$/;
      for (const cell of row.values()) expect(cell).toMatch(formats);
    }
  });

  test('has the newest rxjs with every TypeScript and every resolution that it knows', () => {
    const without = [...tables.Types].flatMap(([name, row]) =>
      [...row].filter(([, cell]) => !cell.includes(last(RXJS))).map(([resolution]) => `${name} ${resolution}`),
    );

    expect(without).toEqual([
      'TypeScript 4.7.4 `bundler`',
      'TypeScript 4.8.4 `bundler`',
      'TypeScript 4.9.5 `bundler`',
      `TypeScript ${last(TYPESCRIPT)} \`node10\``,
    ]);
  });

  test('says of every bundler that it leaves out what is not used', () => {
    for (const row of tables.Bundlers.values()) {
      expect(row.size).toBe(3);
      for (const cell of row.values()) expect(cell).toBe('yes');
    }
  });
});

describe('what the matrix tries', () => {
  test('begins where the package does', () => {
    expect(manifest.engines.node).toBe(`>=${major(NODE[0]!)}`);
    expect(manifest.peerDependencies.rxjs).toBe(`^${RXJS[0]!}`);
  });

  test('has what the package is developed with', () => {
    expect(last(RXJS)).toBe(manifest.devDependencies.rxjs);
    expect(TYPESCRIPT).toContain(manifest.devDependencies.typescript);
    expect(manifest.devDependencies['typescript-7']).toBe(`npm:typescript@${last(TYPESCRIPT)}`);
  });

  test('is what is promised', () => {
    const said = /\*\*Works with\*\*([^]*?)\n\n/.exec(promises)![1]!.replaceAll(/\s+/g, ' ');

    expect(said).toContain(` Node.js ${major(NODE[0]!)} to ${major(last(NODE))}, Bun, Deno, Chromium and Firefox,`);
    expect(said).toContain(` rxjs ${minor(RXJS[0]!)} to ${minor(last(RXJS))},`);
    expect(said).toContain(` TypeScript ${minor(TYPESCRIPT[0]!)} to ${major(last(TYPESCRIPT))},`);
    for (const bundler of Object.keys(BUNDLERS)) expect(said).toContain(bundler);
  });
});
