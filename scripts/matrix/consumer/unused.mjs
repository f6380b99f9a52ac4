import { concatAllEager, concatEager, concatMapEager } from 'rxjs-concat-map-eager';
import { drawMarble, readMarbleFile, readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';

console.log('hi');
