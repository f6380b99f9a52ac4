import { need } from '../support/setup.mjs';

await need(
  ['chromium', 'chromium-browser', 'google-chrome'],
  'chromium',
  '"npm test"',
);
