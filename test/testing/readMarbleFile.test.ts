import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, win32 } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MarbleSyntaxError, readMarbleFile } from 'rxjs-concat-map-eager/testing';
import { afterAll, describe, expect, test, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'marbles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (text: string): string => {
  const path = join(folder, 'page.md');
  writeFileSync(path, text);
  return path;
};

describe('readMarbleFile', () => {
  test('reads a path relative to the working directory, or a URL, and names the file by its path from there', () => {
    const [spec] = readMarbleFile('marbles/order.md');
    expect(spec).toMatchObject({ file: 'marbles/order.md', line: 10 });
    expect(readMarbleFile('./marbles/order.md')[0]).toEqual(spec);
    expect(readMarbleFile(new URL('../../marbles/order.md', import.meta.url))[0]).toEqual(spec);
  });

  test('names a file elsewhere by its whole path', () => {
    const path = write('```marble\nsource  |\n> take 1\nresult  |\n```\n');
    expect(readMarbleFile(path)[0]?.file).toBe(path);
    expect(readMarbleFile(pathToFileURL(path))[0]?.file).toBe(path);
  });

  test('names a file with slashes, on Windows too', () => {
    const modules: Record<string, unknown> = {
      'node:path': win32,
      'node:fs': { readFileSync: () => '```marble\nsource  |\n> take 1\nresult  |\n```\n' },
    };
    vi.stubGlobal('process', { cwd: () => 'C:\\a', getBuiltinModule: (id: string) => modules[id] });
    try {
      expect(readMarbleFile('C:\\a\\marbles\\b\\page.md')[0]?.file).toBe('marbles/b/page.md');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('says where a block cannot be read', () => {
    const path = write('```marble\nsource  |\n');
    expect(() => readMarbleFile(path)).toThrow(MarbleSyntaxError);
    expect(() => readMarbleFile(path)).toThrow(`${path}:1:1: expected a fence that closes this block`);
  });

  test('says that there is no block: a loop over none would be no tests', () => {
    const path = write('# A page\n');
    expect(() => readMarbleFile(path)).toThrow(`${path}:1:1: expected a block "\`\`\`marble" in the file, got none`);
  });

  test('says which file is not there', () => {
    expect(() => readMarbleFile('marbles/none.md')).toThrow(/ENOENT.*none\.md/);
  });

  test.each([
    ['there is no process', undefined, 'none of them'],
    ['Node.js is too old', { version: 'v18.20.0' }, 'v18.20.0'],
  ])('says what to do where %s', (_, process, got) => {
    vi.stubGlobal('process', process);
    try {
      expect(() => readMarbleFile('marbles/order.md')).toThrow(
        `expected Node.js 20.16 or later, Deno or Bun to read a file, got ${got}: get the text and call readMarbles`,
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
