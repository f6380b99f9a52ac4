import { mkdirSync, writeFileSync } from 'node:fs';
import { drawMarble, readMarbleFile } from 'rxjs-concat-map-eager/testing';

const folder = process.argv[2] ?? 'pictures';
mkdirSync(folder, { recursive: true });

readMarbleFile(new URL('search.md', import.meta.url)).forEach((spec, index) => {
  writeFileSync(`${folder}/${index + 1}.svg`, drawMarble(spec));
});
