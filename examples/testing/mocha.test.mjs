import { it } from 'mocha';
import { readMarbleFile, runMarble } from 'rxjs-concat-map-eager/testing';
import { fixtures, operators } from './operators.cjs';

for (const spec of readMarbleFile(new URL('search.md', import.meta.url))) {
  it(spec.name, () => runMarble(spec, operators, fixtures));
}
