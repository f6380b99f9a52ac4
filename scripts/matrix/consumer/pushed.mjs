import { of, timer, map } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

of(20, 10, 0)
  .pipe(concatMapEager((ms) => timer(ms).pipe(map(() => ms)), 2))
  .subscribe((ms) => console.log(ms));
