import { range, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { checkRun } from 'rxjs-concat-map-eager/testing';

const events = [];
const config = { concurrent: 4, monitor: (event) => events.push(event) };

range(0, 100)
  .pipe(concatMapEager((n) => timer(n % 7), config))
  .subscribe({ complete: () => console.log(checkRun(events, config)) });
