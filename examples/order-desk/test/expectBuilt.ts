import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The programs that the tests start use the built package, and would wait for their service for ever without it. */
export default function expectBuilt(): void {
  const built = fileURLToPath(new URL('../../../dist/index.js', import.meta.url));
  if (!existsSync(built)) {
    throw new Error(
      `Expected the built package in ${built}, got no such file: run \`npm run build\` in the repository's root`,
    );
  }
}
