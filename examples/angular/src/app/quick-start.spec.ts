import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { Team } from './quick-start';

describe('the quick start', () => {
  let active: TestRequest[];
  beforeEach(() => {
    active = [];
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting()],
    });
  });
  const asked = () => {
    active.push(...TestBed.inject(HttpTestingController).match(() => true));
    active = active.filter(({ cancelled }) => !cancelled);
    return active.map(({ request }) => Number(request.url.split('/').at(-1)));
  };
  const answer = (...ids: number[]) => {
    for (const id of ids) {
      const index = asked().indexOf(id);
      const [request] = active.splice(index, 1);
      request!.flush({ id, name: `person ${id}` });
    }
  };

  test('shows people in order, asks for six at a time, and aborts when left', () => {
    const fixture = TestBed.createComponent(Team);
    const shown = () => {
      TestBed.tick();
      const page = fixture.nativeElement as HTMLElement;
      return [...page.querySelectorAll('p')].map((line) => line.textContent);
    };
    expect(shown()).toEqual([]);
    expect(asked()).toEqual([3, 1, 2, 8, 5, 13]);
    answer(1, 5);
    expect(asked()).toEqual([3, 2, 8, 13, 21, 34]);
    expect(shown()).toEqual([]);
    answer(3);
    expect(shown()).toEqual(['person 3', 'person 1']);

    fixture.destroy();
    expect(asked()).toEqual([]);
  });

  test('leaves out who is not found, and shows the others', () => {
    const fixture = TestBed.createComponent(Team);
    TestBed.tick();
    expect(asked()).toHaveLength(6);
    const [three] = active.splice(0, 1);
    three!.flush(null, { status: 404, statusText: 'Not Found' });
    answer(1);
    TestBed.tick();
    expect((fixture.nativeElement as HTMLElement).textContent.trim()).toBe(
      'person 1',
    );
  });
});
