import { map, timer } from 'rxjs';
import { concatEager } from 'rxjs-concat-map-eager';

concatEager(
  [20, 10, 0].map((ms) => timer(ms).pipe(map(() => ms))),
  2,
).subscribe((ms) => console.log(ms));
