import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { catchError, map, throwError, type Observable } from 'rxjs';
import {
  readMarbleFile,
  runMarble,
  type MarbleOperators,
} from 'rxjs-concat-map-eager/testing';
import { describe, test } from 'vitest';
import { requestsFor, type Row } from './row';
import { RowsService } from './rows.service';

const labels = [...'abcdefg'];

/** `HttpClient` in virtual time: its answer to `/rows/1` is the row `a` of the block. */
const httpWith = (inner: (label: string) => Observable<unknown>) => ({
  get: (url: string) =>
    inner(labels[Number(url.split('/').at(-1)) - 1]!).pipe(
      map((name) => ({ name })),
      catchError((error: { status: number }) =>
        throwError(() => new HttpErrorResponse(error)),
      ),
    ),
});

const operators: MarbleOperators = {
  lookUp: ({ inner }) => {
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({
      providers: [{ provide: HttpClient, useValue: httpWith(inner) }],
    });
    const lookUp = TestBed.inject(RowsService).lookUp();
    const requests = requestsFor(labels.map((_, index) => index + 1));
    return (source) =>
      (source as Observable<string>).pipe(
        map((label) => requests[labels.indexOf(label)]!),
        lookUp,
        map((row: Row) => ('error' in row ? row.error : row.name)),
      );
  },
};

describe('lookUp', () => {
  for (const spec of readMarbleFile('src/app/rows/rows.md')) {
    test(spec.name, () => runMarble(spec, operators));
  }
});
