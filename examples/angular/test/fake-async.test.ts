// @vitest-environment jsdom
import 'zone.js';
import 'zone.js/testing';
import '@angular/compiler';
import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { fakeAsync, TestBed, tick } from '@angular/core/testing';
import {
  BrowserTestingModule,
  platformBrowserTesting,
} from '@angular/platform-browser/testing';
import { from } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { requestsFor, type Row } from '../dist/aot/app/rows/row.js';
import { RowsService } from '../dist/aot/app/rows/rows.service.js';

TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
afterEach(() => TestBed.resetTestingModule());

/** zone.js does not know vitest, so a test makes its zone itself. */
const inFakeTime = (act: () => void) => () => {
  const { ProxyZoneSpec } = Zone as unknown as {
    ProxyZoneSpec: new () => ZoneSpec;
  };
  Zone.current.fork(new ProxyZoneSpec()).run(fakeAsync(act, { flush: false }));
};

describe('fakeAsync', () => {
  test(
    'plays the limits',
    inFakeTime(() => {
      TestBed.configureTestingModule({
        providers: [provideHttpClient(), provideHttpClientTesting()],
      });
      const http = TestBed.inject(HttpTestingController);
      const rows: Row[] = [];
      from(requestsFor([1, 2]))
        .pipe(TestBed.inject(RowsService).lookUp())
        .subscribe((row) => rows.push(row));
      const stuck = http.expectOne('/rows/1');
      http.expectOne('/rows/2').flush({ name: 'row 2' });
      tick(1_999);
      expect(rows).toEqual([]);
      tick(1);
      expect(rows).toEqual([
        { index: 0, id: 1, error: 'held up the others for too long' },
        { index: 1, id: 2, name: 'row 2' },
      ]);
      expect(stuck.cancelled).toBe(true);
    }),
  );

  test(
    'plays the delay before a retry',
    inFakeTime(() => {
      TestBed.configureTestingModule({
        providers: [provideHttpClient(), provideHttpClientTesting()],
      });
      const http = TestBed.inject(HttpTestingController);
      const rows: Row[] = [];
      from(requestsFor([1]))
        .pipe(TestBed.inject(RowsService).lookUp())
        .subscribe((row) => rows.push(row));
      http.expectOne('/rows/1').error(new ProgressEvent('error'));
      tick(249);
      http.expectNone('/rows/1');
      tick(1);
      http.expectOne('/rows/1').flush({ name: 'row 1' });
      expect(rows).toEqual([{ index: 0, id: 1, name: 'row 1' }]);
    }),
  );
});
