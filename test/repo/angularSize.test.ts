import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What is in a page of Angular anyway. */
const inAnyCase =
  'BehaviorSubject, Observable, Subject, concatMap, filter, finalize, from, map, of, scan, switchMap, tap';

/** The size of a page with one more operator, in kB: as it is, and over the wire. */
async function sizeWith(name: string, from: string) {
  const contents = `
    import { ${inAnyCase} } from 'rxjs';
    import { ${name} } from '${from}';
    console.log(${inAnyCase}, ${name});`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const { contents: bundle } = outputFiles[0]!;
  return { raw: bundle.length / 1_000, sent: brotliCompressSync(bundle).length / 1_000 };
}

// `ng build` says 3 % less, but takes half a minute.
test('docs/guide/angular.md says what the operator adds to a page; if not, build its quick start twice and say so', async () => {
  const page = readFileSync(`${root}/docs/guide/angular.md`, 'utf8');
  const [, raw, sent] = /adds ([\d.]+) kB to a production build, ([\d.]+) kB over the wire/.exec(page)!;
  const ours = await sizeWith('concatMapEager', './src/index.ts');
  const theirs = await sizeWith('mergeMap', 'rxjs');
  const expectNear = (said: number, added: number) => {
    expect(said).toBeGreaterThan(added * 0.9);
    expect(said).toBeLessThan(added * 1.1);
  };
  expectNear(Number(raw), ours.raw - theirs.raw);
  expectNear(Number(sent), ours.sent - theirs.sent);
});
