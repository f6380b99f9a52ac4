import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { Component } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { ListPage } from './list.page';
import { Popular } from './popular';

let http: HttpTestingController;
beforeEach(() => {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      provideRouter([]),
    ],
  });
});

const answer = (request: TestRequest, name: string) => request.flush({ name });
const settled = () => new Promise((resolve) => setTimeout(resolve));
const lines = ({ nativeElement }: ComponentFixture<unknown>) => {
  TestBed.tick();
  return [...(nativeElement as HTMLElement).querySelectorAll('li')].map(
    (line) => line.textContent.trim(),
  );
};

describe('rxResource with a list', () => {
  @Component({ selector: 'app-popular', template: '' })
  class NothingPopular {}

  let fixture: ComponentFixture<ListPage>;
  beforeEach(() => {
    TestBed.overrideComponent(ListPage, {
      remove: { imports: [Popular] },
      add: { imports: [NothingPopular] },
    });
    fixture = TestBed.createComponent(ListPage);
    http = TestBed.inject(HttpTestingController);
  });
  const show = async (ids: string) => {
    fixture.componentRef.setInput('ids', ids);
    TestBed.tick();
    await Promise.resolve();
  };

  const toCome = () => {
    const page = fixture.nativeElement as HTMLElement;
    return [
      page.querySelector('ol')!.getAttribute('aria-busy'),
      page.querySelector('.missing')?.textContent.trim(),
    ];
  };

  test('has the rows so far, in order, and says how many are to come', async () => {
    await show('3,1,2');
    expect(lines(fixture)).toEqual([]);
    expect(toCome()).toEqual(['true', '3 to come …']);
    const [three, one, two] = http.match(() => true) as [
      TestRequest,
      TestRequest,
      TestRequest,
    ];
    answer(one, 'row 1');
    answer(three, 'row 3');
    await settled();
    expect(lines(fixture)).toEqual(['row 3', 'row 1']);
    expect(toCome()).toEqual(['true', '1 to come …']);
    two.flush(
      { message: 'not found' },
      { status: 404, statusText: 'Not Found' },
    );
    await settled();
    expect(lines(fixture)).toEqual(['row 3', 'row 1', '2: not found']);
    expect(toCome()).toEqual(['false', undefined]);
  });

  test('aborts the requests of a list when there is another', async () => {
    await show('1,2');
    const before = http.match(() => true);
    await show('3');
    expect(before.map(({ cancelled }) => cancelled)).toEqual([true, true]);
    answer(http.expectOne('/rows/3'), 'row 3');
    await settled();
    expect(lines(fixture)).toEqual(['row 3']);
  });

  test('aborts the requests when it is left', async () => {
    await show('1,2');
    fixture.destroy();
    expect(http.match(() => true).map(({ cancelled }) => cancelled)).toEqual([
      true,
      true,
    ]);
  });

  test('is empty, and no error, where there is nothing to ask for', async () => {
    await show('');
    await settled();
    expect(lines(fixture)).toEqual([]);
  });
});

describe('the address', () => {
  let harness: RouterTestingHarness;
  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideRouter(
          [{ path: 'list', component: ListPage }],
          withComponentInputBinding(),
        ),
      ],
    });
    harness = await RouterTestingHarness.create();
    http = TestBed.inject(HttpTestingController);
  });
  const visit = async (address: string) => {
    await harness.navigateByUrl(address, ListPage);
    await settled();
    return lines(harness.fixture);
  };
  const asked = () => http.match(() => true).map(({ request }) => request.url);
  const problems = () =>
    [...harness.routeNativeElement!.querySelectorAll('.problem')].map(
      ({ textContent }) => textContent.trim(),
    );

  test.each([
    '/list',
    '/list?ids=',
    '/list?ids=%20',
    '/list?ids=,',
    '/list?ids=id',
  ])('%s has no list, and what is often looked up', async (address) => {
    expect(await visit(address)).toEqual([]);
    expect(harness.routeNativeElement!.textContent).toMatch(
      'There is no list in the address. Add one: /list?ids=3,1,2',
    );
    expect(problems()).toEqual([]);
    expect(asked()).toEqual(['/rows/11', '/rows/7', '/rows/42']);
  });

  test('says what it refuses', async () => {
    await visit('/list?ids=abc');
    expect(problems()).toEqual(['“abc” is not an id']);
    expect(harness.routeNativeElement!.textContent).not.toMatch(
      'There is no list',
    );
    expect(lines(harness.fixture)).toEqual([]);
  });

  test('says no more than five times what it refuses', async () => {
    await visit('/list?ids=a,b,c,d,e,f,g');
    expect(problems()).toEqual([
      ...['a', 'b', 'c', 'd', 'e'].map((text) => `“${text}” is not an id`),
      'and 2 more',
    ]);
  });

  test('asks for no more than six rows at once, with those that are often looked up', async () => {
    await visit('/list?ids=1,2,3,4,5,6,7,8');
    const first = http.match(() => true);
    expect(first.map(({ request }) => request.url)).toEqual([
      '/rows/11',
      '/rows/7',
      '/rows/42',
      '/rows/1',
      '/rows/2',
      '/rows/3',
    ]);
    // What these no longer need is for the list.
    for (const request of first.slice(0, 3)) answer(request, 'a row');
    expect(asked()).toEqual(['/rows/4', '/rows/5', '/rows/6']);
  });

  test('gives back what it held when it is left', async () => {
    await visit('/list?ids=1,2,3,4,5,6,7,8');
    asked();
    await visit('/list?ids=21,22,23,24,25,26,27,28');
    expect(asked()).toEqual(['/rows/21', '/rows/22', '/rows/23']);
  });

  test('looks up the rest', async () => {
    await visit('/list?ids=3,abc,1,0');
    expect(problems()).toEqual(['“abc” is not an id', '“0” is not an id']);
    expect(asked()).toEqual([
      '/rows/11',
      '/rows/7',
      '/rows/42',
      '/rows/3',
      '/rows/1',
    ]);
  });

  test('may name the list more than once', async () => {
    await visit('/list?ids=3,1&ids=2');
    expect(asked()).toEqual([
      '/rows/11',
      '/rows/7',
      '/rows/42',
      '/rows/3',
      '/rows/1',
      '/rows/2',
    ]);
  });
});

describe('toSignal', () => {
  test('has the rows so far, in order, and aborts the requests when the component is left', () => {
    const fixture = TestBed.createComponent(Popular);
    http = TestBed.inject(HttpTestingController);
    expect(lines(fixture)).toEqual([]);
    const [eleven, seven, fortyTwo] = http.match(() => true) as [
      TestRequest,
      TestRequest,
      TestRequest,
    ];
    answer(seven, 'row 7');
    expect(lines(fixture)).toEqual([]);
    answer(eleven, 'row 11');
    expect(lines(fixture)).toEqual(['row 11', 'row 7']);
    fixture.destroy();
    expect(fortyTwo.cancelled).toBe(true);
  });

  test('leaves out the rows that failed, and says so if all have', () => {
    const fixture = TestBed.createComponent(Popular);
    http = TestBed.inject(HttpTestingController);
    lines(fixture);
    const text = () => {
      TestBed.tick();
      return (fixture.nativeElement as HTMLElement).textContent;
    };
    const requests = http.match(() => true);
    const fail = (request: TestRequest | undefined) =>
      request!.flush(null, { status: 503, statusText: 'Unavailable' });
    fail(requests[0]);
    fail(requests[1]);
    expect(text()).not.toMatch('at the moment');
    fail(requests[2]);
    expect(lines(fixture)).toEqual([]);
    expect(text()).toMatch('None of it can be had at the moment.');
  });
});
