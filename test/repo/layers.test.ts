import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'layers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the check says of a copy of the sources, one file of which has another text. */
function check(file: string, change: (text: string) => string) {
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  const path = join(folder, 'src/internal', file);
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // It is new.
  }
  writeFileSync(path, change(text));
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cruiser, '--config', join(root, 'scripts/layers.mjs'), 'src'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('the layers of src/internal', () => {
  test('hold', () => {
    expect(check('queue.ts', (text) => text)).toMatchObject({ status: 0 });
  });

  test('are broken where a file imports one that is above it, if only a type', () => {
    const { status, output } = check('run.ts', (text) => `import type { EagerLoop } from './eagerLoop.js';\n${text}`);
    expect(output).toMatch(
      /error layer-3-knows-nothing-above-it: src\/internal\/run\.ts → src\/internal\/eagerLoop\.ts/,
    );
    expect(status).toBe(1);
  });

  test('are broken by a file that is in none', () => {
    const { status, output } = check('another.ts', () => 'export {};\n');
    expect(output).toContain('Expected src/internal/another.ts in a layer');
    expect(status).not.toBe(0);
  });
});
