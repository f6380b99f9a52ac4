// What `npm start` and `npm test` need; `node setup.mjs start` leaves out what only the tests do.
import { fileURLToPath } from 'node:url';
import { install, isBuilt, need, run } from '../support/setup.mjs';

const nest = fileURLToPath(new URL('../nestjs', import.meta.url));

install(import.meta.dirname);
install(nest);
if (
  !isBuilt(nest, 'dist/main.js', ['package.json', 'tsconfig.build.json', 'src'])
)
  run(nest, 'npm', 'run', 'build');

if (process.argv[2] !== 'start')
  await need(
    ['chromium', 'chromium-browser', 'google-chrome'],
    'chromium',
    '"npm test"',
  );
