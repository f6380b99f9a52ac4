import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting, type TestRequest } from '@angular/common/http/testing';
import { Component } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { beforeEach, describe, expect, test } from 'vitest';
import { ListPage } from './list.page';
import { Popular } from './popular';

let http: HttpTestingController;
beforeEach(() => {
  TestBed.configureTestingModule({
    providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])],
  });
});

const answer = (request: TestRequest, name: string) => request.flush({ name });
const lines = ({ nativeElement }: ComponentFixture<unknown>) => {
  TestBed.tick();
  return [...(nativeElement as HTMLElement).querySelectorAll('li')].map((line) => line.textContent.trim());
};

describe('rxResource with a list', () => {
  @Component({ selector: 'app-popular', template: '' })
  class NothingPopular {}

  let fixture: ComponentFixture<ListPage>;
  beforeEach(() => {
    TestBed.overrideComponent(ListPage, { remove: { imports: [Popular] }, add: { imports: [NothingPopular] } });
    fixture = TestBed.createComponent(ListPage);
    http = TestBed.inject(HttpTestingController);
  });
  const show = async (ids: string) => {
    fixture.componentRef.setInput('ids', ids);
    TestBed.tick();
    await Promise.resolve();
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve));

  test('has the rows so far, in order', async () => {
    await show('3,1,2');
    expect(lines(fixture)).toEqual(['The first row is on its way …']);
    const [three, one, two] = http.match(() => true) as [TestRequest, TestRequest, TestRequest];
    answer(one, 'row 1');
    answer(three, 'row 3');
    await settled();
    expect(lines(fixture)).toEqual(['row 3', 'row 1']);
    two.flush({ message: 'not found' }, { status: 404, statusText: 'Not Found' });
    await settled();
    expect(lines(fixture)).toEqual(['row 3', 'row 1', '2: not found']);
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
    expect(http.match(() => true).map(({ cancelled }) => cancelled)).toEqual([true, true]);
  });

  test('is empty, and no error, where there is nothing to ask for', async () => {
    await show('');
    await settled();
    expect(lines(fixture)).toEqual(['No ids in the address']);
  });
});

describe('toSignal', () => {
  test('has the rows so far, in order, and aborts the requests when the component is left', () => {
    const fixture = TestBed.createComponent(Popular);
    http = TestBed.inject(HttpTestingController);
    expect(lines(fixture)).toEqual([]);
    const [eleven, seven, fortyTwo] = http.match(() => true) as [TestRequest, TestRequest, TestRequest];
    answer(seven, 'row 7');
    expect(lines(fixture)).toEqual([]);
    answer(eleven, 'row 11');
    expect(lines(fixture)).toEqual(['row 11', 'row 7']);
    fixture.destroy();
    expect(fortyTwo.cancelled).toBe(true);
  });
});
