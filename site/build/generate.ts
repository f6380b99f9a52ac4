// Makes what the site shows and is not in its own folder: the documents, the API, and the style of the marble pictures. Before that,
// the code samples are checked: a mistake in one of them ends the build. `--serve` says that it is for the one who writes.
import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { writeApi } from './api.js';
import { GENERATED, write, writePages } from './pages.js';
import { marbleStyle } from './pictures.js';
import { checkSamples } from './samples.js';

async function step(name: string, act: () => unknown): Promise<void> {
  const start = performance.now();
  await act();
  console.log(`${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

rmSync(GENERATED, { recursive: true, force: true });
await step('pages', () => {
  try {
    writePages();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
  write('marble.css', marbleStyle());
});
await step('code samples', () => {
  const { checked, problems } = checkSamples();
  if (problems.length > 0) {
    console.error(`${problems.join('\n')}\n\n${problems.length} mistakes in code samples`);
    // While somebody writes, the site is served all the same.
    if (!process.argv.includes('--serve')) process.exit(1);
  }
  console.log(`${checked} code samples have the right types`);
});
await step('API', writeApi);
