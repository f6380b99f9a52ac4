/** How busy the slots stay when some keys have more work than others, in virtual time: writes the table of `docs/guide/keys.md`. */
import { expectBuilt } from '../expectBuilt.js';
import { keyPagesOf, write } from '../pages.js';
import { skewSection } from './skew.js';

expectBuilt();
console.log(skewSection());
write(await keyPagesOf());
