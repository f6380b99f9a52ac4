// Builds the package, and tests packages within this one, each installed by its lock file: the examples, with a copy of the built
// package, as a user would have it; the measurements, `bench`; the site. `npm run test:examples -- nestjs` tests one example.
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { Argument, program } from 'commander';
import { testAll } from './applications.js';

const examples = readdirSync('examples')
  .map((name) => `examples/${name}`)
  .filter((folder) => existsSync(`${folder}/package.json`));
const all = ['bench', ...examples, 'site'];

program
  .name('npm run test:examples --')
  .description('Builds the package, installs the packages within this one, and tests them.')
  .addArgument(
    new Argument('[names...]', 'only these; the examples by default').choices(all.map((name) => basename(name))),
  )
  .option('--built', 'leave out the build, since it has just been built')
  .parse();
const { built } = program.opts<{ built?: true }>();
const wanted = program.processedArgs[0] as string[];

await testAll(wanted.length === 0 ? examples : all.filter((folder) => wanted.includes(basename(folder))), built);
