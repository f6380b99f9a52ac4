const { readMarbleFile, runMarble } = require('rxjs-concat-map-eager/testing');
const { fixtures, operators } = require('./operators.cjs');

for (const spec of readMarbleFile(`${__dirname}/search.md`)) {
  test(spec.name, () => runMarble(spec, operators, fixtures));
}
