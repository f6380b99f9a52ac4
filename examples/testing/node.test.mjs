import { test } from 'node:test';
import { readMarbleFile, runMarble } from 'rxjs-concat-map-eager/testing';
import { fixtures, operators } from './operators.cjs';

for (const spec of readMarbleFile(new URL('search.md', import.meta.url))) {
  test(spec.name, () => runMarble(spec, operators, fixtures));
}
