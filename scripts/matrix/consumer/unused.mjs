import {
  adaptiveLimit,
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  OverflowError,
  sharedLimit,
} from 'rxjs-concat-map-eager';
import {
  checkRun,
  drawMarble,
  MarbleFixture,
  MarbleMismatch,
  MarbleSyntaxError,
  printMarble,
  readMarbleFile,
  readMarbles,
  RUN_RULES,
  runMarble,
} from 'rxjs-concat-map-eager/testing';

console.log('hi');
