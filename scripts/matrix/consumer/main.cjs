const rxjs = require('rxjs');
const eager = require('rxjs-concat-map-eager');
const testing = require('rxjs-concat-map-eager/testing');

import('./scenario.mjs')
  .then(({ scenario }) => scenario({ rxjs, eager, testing, file: 'page.md' }))
  .then((result) => console.log(JSON.stringify(result)));
