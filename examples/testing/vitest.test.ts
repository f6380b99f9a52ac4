import { readMarbleFile, runMarble } from 'rxjs-concat-map-eager/testing';
import { test } from 'vitest';
import { fixtures, operators } from './operators.cjs';

for (const spec of readMarbleFile(new URL('search.md', import.meta.url))) {
  test(spec.name, () => runMarble(spec, operators, fixtures));
}
