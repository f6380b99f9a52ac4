import * as rxjs from 'rxjs';
import * as eager from 'rxjs-concat-map-eager';
import * as testing from 'rxjs-concat-map-eager/testing';
import { scenario } from './scenario.mjs';

scenario({ rxjs, eager, testing, file: 'page.md' }).then((result) => console.log(JSON.stringify(result)));
