// Builds the package, and tests packages within this one, each installed by its lock file: the examples, with a copy of the built
// package, as a user would have it; the measurements, `bench`; the site. `npm run test:examples -- nestjs` tests one example.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Argument, program } from 'commander';
import { testPackages } from './applications.js';

const examples = readdirSync('examples')
  .map((name) => `examples/${name}`)
  .filter((folder) => existsSync(`${folder}/package.json`));

/** The folders of all packages within this one. */
export const packages = ['bench', ...examples, 'site'];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  program
    .name('npm run test:examples --')
    .description('Builds the package, installs the packages within this one, and tests them.')
    .addArgument(
      new Argument('[names...]', 'only these; the examples by default').choices(packages.map((name) => basename(name))),
    )
    .parse();
  const wanted = program.processedArgs[0] as string[];

  if (spawnSync('tsup --silent', { shell: true, stdio: 'inherit' }).status !== 0) process.exit(1);
  const folders = wanted.length === 0 ? examples : packages.filter((folder) => wanted.includes(basename(folder)));
  const { passed, failed, skipped } = await testPackages(folders);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
