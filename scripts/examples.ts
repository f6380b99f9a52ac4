// Builds the package, and tests each example that is a package of its own: installed by its lock file, with a copy of the
// built package, as a user would have it. `npm run test:examples -- nestjs` tests one.
import { existsSync, readdirSync } from 'node:fs';
import { Argument, program } from 'commander';
import { testAll } from './applications.js';

const all = readdirSync('examples').filter((name) => existsSync(`examples/${name}/package.json`));

program
  .name('npm run test:examples --')
  .description('Builds the package, sets up the examples that are packages of their own, and tests them.')
  .addArgument(new Argument('[names...]', 'only these').choices(all))
  .option('--built', 'leave out the build, since it has just been built')
  .parse();
const { built } = program.opts<{ built?: true }>();
const wanted = program.processedArgs[0] as string[];

await testAll(
  (wanted.length === 0 ? all : wanted).map((name) => `examples/${name}`),
  built,
);
