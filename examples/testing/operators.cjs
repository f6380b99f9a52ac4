// @ts-check
const { of } = require('rxjs');
const { lookUp, suggest } = require('./search.cjs');

/** @import { MarbleFixtures, MarbleOperators } from 'rxjs-concat-map-eager/testing' */

/**
 * What the operator lines of search.md are looked up in.
 *
 * @type {MarbleOperators}
 */
exports.operators = {
  suggest: ({ project }) => suggest(project),
  lookUp: ({ project, config }) => lookUp(project, config),
};

/**
 * What `$name` stands for in search.md.
 *
 * @type {MarbleFixtures}
 */
exports.fixtures = {
  cached: (/** @type {number} */ id) => of({ id, cached: true }),
};
