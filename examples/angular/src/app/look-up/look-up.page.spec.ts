import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { afterEveryRender, Injector } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LookUpPage } from './look-up.page';

let http: HttpTestingController;
let fixture: ComponentFixture<LookUpPage>;
let page: HTMLElement;

/** What jsdom lacks: it lays nothing out. */
let endIsInView: (isInView: boolean) => void;
const scrolls = vi.fn<(this: Element) => void>();

beforeEach(() => {
  scrolls.mockReset();
  Element.prototype.scrollIntoView = scrolls;
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      observe = vi.fn<() => void>();
      disconnect = vi.fn<() => void>();
      constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
        endIsInView = (isIntersecting) => tell([{ isIntersecting }]);
      }
    },
  );
  TestBed.configureTestingModule({
    providers: [provideHttpClient(), provideHttpClientTesting()],
  });
  http = TestBed.inject(HttpTestingController);
  fixture = TestBed.createComponent(LookUpPage);
  page = fixture.nativeElement as HTMLElement;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  http.verify({ ignoreCancelled: true });
});

const stable = () => fixture.whenStable();
const rendered = () => {
  TestBed.tick();
  return page;
};
const button = (name: string | RegExp) =>
  [...rendered().querySelectorAll('button')].find((element) =>
    (element.getAttribute('aria-label') ?? element.textContent)
      .trim()
      .match(name),
  )!;
const rows = () =>
  [...rendered().querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')]
      .map((cell) => cell.textContent.trim())
      .join(' | '),
  );
const counts = () =>
  Object.fromEntries(
    [...rendered().querySelectorAll('dl > div')].map((entry) => [
      entry.querySelector('dt')!.textContent.trim(),
      Number(entry.querySelector('dd')!.textContent),
    ]),
  );
/** What is drawn of the items that are ahead of the page, from the head on. */
const squares = () =>
  [...rendered().querySelectorAll('.ahead i')].map(
    ({ className }) => className,
  );
/** What is said of the list that is to be looked up. */
const read = () =>
  [...rendered().querySelectorAll('#list-read :is(p, li)')].map(
    ({ textContent }) => textContent.trim(),
  );
const announced = () => rendered().querySelector('[role=status]')!.textContent;
/** The requests that are active, by their id. */
const active = () =>
  http
    .match((request) => request.url.startsWith('/rows/'))
    .filter(({ cancelled }) => !cancelled);

async function write(text: string): Promise<void> {
  const field = page.querySelector('textarea')!;
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await stable();
}

/** Resolves when the file has been read. */
async function choose(file: File): Promise<void> {
  const input = page.querySelector<HTMLInputElement>('input[type=file]')!;
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  input.dispatchEvent(new Event('change'));
  await vi.waitFor(
    () => expect(rendered().textContent).not.toMatch('Reading'),
    60_000,
  );
}

async function start(text: string): Promise<void> {
  await write(text);
  button(/^Start/).click();
}

/** Answers what has been asked for: `match` gives a request only once, so it is kept. */
class Answers {
  private readonly requests = new Map<
    string,
    ReturnType<typeof active>[number]
  >();

  get ids(): string[] {
    for (const [id, { cancelled }] of this.requests)
      if (cancelled) this.requests.delete(id);
    for (const request of active())
      this.requests.set(request.request.url.split('/').at(-1)!, request);
    return [...this.requests.keys()];
  }

  answer(...ids: number[]): void {
    for (const id of ids) this.take(id).flush({ id, name: `row ${id}` });
  }

  fail(id: number, status: number, message: string): void {
    this.take(id).flush({ message }, { status, statusText: message });
  }

  private take(id: number) {
    expect(this.ids).toContain(String(id));
    const request = this.requests.get(String(id))!;
    this.requests.delete(String(id));
    return request;
  }
}

describe('the page', () => {
  test('asks for six rows at once, and shows them in order though the answers come out of order', async () => {
    const service = new Answers();
    await start('1,2,3,4,5,6,7,8');
    expect(service.ids).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(counts()).toEqual({ waiting: 2, active: 6, parked: 0, failed: 0 });

    service.answer(3, 2);
    expect(service.ids).toEqual(['1', '4', '5', '6', '7', '8']);
    expect(rows()).toEqual([]);
    expect(counts()).toEqual({ waiting: 0, active: 6, parked: 2, failed: 0 });

    service.answer(1);
    expect(rows()).toEqual(['1 | 1 | row 1', '2 | 2 | row 2', '3 | 3 | row 3']);
    service.answer(8, 7, 6, 5);
    expect(counts()).toEqual({ waiting: 0, active: 1, parked: 4, failed: 0 });
    service.answer(4);
    expect(rows().map((row) => row.split(' | ')[1])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
    ]);
    expect(counts()).toEqual({ waiting: 0, active: 0, parked: 0, failed: 0 });
    expect(rendered().querySelector('progress')!.value).toBe(8);
  });

  test('is right at any time of a marble diagram', async () => {
    await write('1,2,3');
    const service = new Answers();
    const scheduler = new TestScheduler((actual, expected) =>
      expect(actual).toEqual(expected),
    );
    scheduler.run(({ cold, time, flush }) => {
      button(/^Start/).click();
      //    the answers come as
      const answers = '--2-1--3';
      cold(answers).subscribe((id) => service.answer(Number(id)));
      //    and the page has so many rows
      cold('a--a-b--c', { a: 0, b: 2, c: 3 }).subscribe((count) =>
        expect(rows()).toHaveLength(count),
      );
      expect(time(`${answers}|`)).toBe(8);
      flush();
    });
  });

  test('marks a row that failed, with the reason, and asks for it again', async () => {
    const service = new Answers();
    await start('11,12,13');
    service.answer(11, 13);
    service.fail(12, 404, 'not found');
    expect(rows()).toEqual([
      '1 | 11 | row 11',
      expect.stringMatching(/^2 \| 12 \| Failed: not found\s+Retry$/),
      '3 | 13 | row 13',
    ]);
    expect(counts()['failed']).toBe(1);

    button('Retry row 2').click();
    expect(rows()[1]).toMatch('tries again');
    expect(document.activeElement?.closest('tr')?.textContent).toMatch(
      'tries again',
    );
    service.answer(12);
    expect(rows()).toEqual([
      '1 | 11 | row 11',
      '2 | 12 | row 12',
      '3 | 13 | row 13',
    ]);
    expect(counts()['failed']).toBe(0);
  });

  test('asks again for all that failed, after those that wait, and never more than six at once', async () => {
    const service = new Answers();
    await start('1,2,3,4,5,6,7,8,9');
    service.fail(1, 502, 'unavailable');
    service.fail(2, 504, 'too slow');
    expect(service.ids).toEqual(['3', '4', '5', '6', '7', '8']);
    button(/^Retry failed \(2\)/).click();
    button(/^Retry failed/).click();
    expect(counts()).toEqual({ waiting: 3, active: 6, parked: 0, failed: 0 });
    service.answer(8, 7, 6, 5);
    expect(service.ids).toEqual(['3', '4', '9', '1', '2']);
    service.answer(2, 1, 9, 4, 3);
    expect(rows()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => `${id} | ${id} | row ${id}`),
    );
  });

  test('aborts the requests when it is cancelled, keeps what has come, and can go on', async () => {
    const service = new Answers();
    await start('1,2,3,4,5,6,7,8,9');
    service.answer(1, 3);
    button('Cancel').click();
    expect(service.ids).toEqual([]);
    expect(counts()).toEqual({ waiting: 0, active: 0, parked: 0, failed: 0 });
    expect(rows()).toHaveLength(1);

    button('Go on').click();
    expect(service.ids).toEqual(['2', '3', '4', '5', '6', '7']);
    service.answer(7, 6, 5, 4, 3, 2);
    service.answer(9, 8);
    expect(rows()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => `${id} | ${id} | row ${id}`),
    );
  });

  test('draws nothing of a list that was cancelled', async () => {
    const service = new Answers();
    await start('1,2,3,4');
    service.answer(2, 3);
    expect(squares()).toEqual(['active', 'parked', 'parked', 'active']);
    button('Cancel').click();
    expect(squares()).toEqual([]);

    await start('5,6');
    service.answer(6);
    expect(squares()).toEqual(['active', 'parked']);
    service.answer(5);
    expect(squares()).toEqual([]);
  });

  test('counts and marks what has failed before its turn comes', async () => {
    const service = new Answers();
    await start('1,2,3');
    service.answer(3);
    service.fail(2, 404, 'not found');
    expect(squares()).toEqual(['active', 'failed', 'parked']);
    expect(counts()).toEqual({ waiting: 0, active: 1, parked: 2, failed: 1 });
    expect(button(/^Retry failed/).getAttribute('aria-disabled')).toBe('true');
    service.answer(1);
    expect(squares()).toEqual([]);
    expect(counts()).toEqual({ waiting: 0, active: 0, parked: 0, failed: 1 });
    expect(button(/^Retry failed/).textContent).toMatch('(1)');
  });

  test('gives a row that was asked for again its reason back when that is cancelled', async () => {
    const service = new Answers();
    await start('1');
    service.fail(1, 404, 'not found');
    button('Retry row 1').click();
    button('Cancel').click();
    expect(rows()).toEqual([expect.stringMatching('Failed: not found')]);
    button('Retry row 1').click();
    service.answer(1);
    expect(rows()).toEqual(['1 | 1 | row 1']);
  });

  test('aborts the requests when it is left', async () => {
    const service = new Answers();
    await start('1,2,3');
    expect(service.ids).toHaveLength(3);
    fixture.destroy();
    expect(service.ids).toEqual([]);
  });

  test('is held up by a stuck row for two seconds and no longer', async () => {
    vi.useFakeTimers();
    const service = new Answers();
    await write('1,2');
    button(/^Start/).click();
    service.answer(2);
    vi.advanceTimersByTime(1_999);
    expect(rows()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rows()).toEqual([
      expect.stringMatching('held up the others for too long'),
      '2 | 2 | row 2',
    ]);
    expect(service.ids).toEqual([]);
  });

  test('tells a screen reader how far it is, every three seconds at most', async () => {
    vi.useFakeTimers();
    const service = new Answers();
    await start('1,2,3,4');
    expect(announced()).toBe('0 of 4 rows');
    service.answer(1, 2);
    expect(announced()).toBe('0 of 4 rows');
    vi.advanceTimersByTime(3_000);
    expect(announced()).toBe('2 of 4 rows');
    service.fail(3, 404, 'not found');
    service.answer(4);
    vi.advanceTimersByTime(3_000);
    expect(announced()).toBe('Done: 4 of 4 rows, 1 failed');
  });

  test('follows the newest rows when asked to, until it is scrolled away', async () => {
    const service = new Answers();
    await start('1,2,3,4');
    await stable();
    const newest = () => button(/Newest rows$/);
    const scrollsOf = (name: string) =>
      scrolls.mock.contexts.filter(({ className }) => className === name)
        .length;
    expect(scrollsOf('status')).toBe(1);
    endIsInView(false);
    expect(newest()).toBeUndefined();
    service.answer(1);
    rendered();
    expect(scrollsOf('end')).toBe(0);

    newest().click();
    expect(scrollsOf('end')).toBe(1);
    endIsInView(true);
    expect(newest()).toBeUndefined();
    service.answer(2);
    rendered();
    expect(scrollsOf('end')).toBe(2);

    endIsInView(false);
    rendered();
    service.answer(3);
    rendered();
    expect(scrollsOf('end')).toBe(2);
    expect(newest()).toBeDefined();
    service.answer(4);
  });

  test('says what it leaves out of a list, and starts with the rest', async () => {
    const service = new Answers();
    await write('id\n1\nx\n2\n');
    expect(read()).toEqual(['1 left out:', 'Line 3: “x” is not an id']);
    expect(button(/^Start/).textContent).toMatch('2 rows');
    button(/^Start/).click();
    service.answer(2, 1);
    expect(rows()).toHaveLength(2);
  });

  test('says that there is no list, and goes to where it is written', async () => {
    document.body.append(page);
    await start('');
    expect(read()).toEqual(['Enter at least one id, or take a list.']);
    const field = rendered().querySelector('textarea')!;
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(field);
    await write('1');
    expect(read()).toEqual([]);
    page.remove();
  });

  test('takes the list of a file, and says how far it has read it', async () => {
    const service = new Answers();
    await write('7');
    const choosing = choose(
      new File(['id,name\n3,Ada\nx,Bob\n1,Cy'], 'rows.csv'),
    );
    expect(read()).toEqual(['Reading rows.csv …']);
    button(/^Start/).click();
    expect(read()).toEqual([
      'Reading rows.csv …',
      'The file is still being read.',
    ]);
    await choosing;
    expect(read()).toEqual([
      '2 ids in rows.csv',
      '1 left out:',
      'Line 3: “x” is not an id',
    ]);
    expect(page.querySelector('textarea')!.value).toBe('');
    button(/^Start/).click();
    expect(service.ids).toEqual(['3', '1']);
    button('Cancel').click();

    await write('5');
    expect(read()).toEqual([]);
    button(/^Start/).click();
    expect(service.ids).toEqual(['5']);
  });

  test('says that a file could not be read', async () => {
    const file = new File(['id\n1'], 'gone.csv');
    file.text = () =>
      Promise.reject(
        new DOMException('It is not there any more', 'NotFoundError'),
      );
    await choose(file);
    expect(read()).toEqual(['gone.csv could not be read.']);
  });

  test('takes what was written last, not a file that took longer to read', async () => {
    const choosing = choose(new File(['id\n1\n2'], 'rows.csv'));
    await write('5');
    await choosing;
    // Longer than it takes to read it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(read()).toEqual([]);
    expect(button(/^Start/).textContent).toMatch('1 row');
  });

  test('says once what a CSV lacks', async () => {
    await write('order,name\n1,Ada\n2,Bob\n3,Cy');
    expect(read()).toEqual([
      'Nothing can be read:',
      'Line 1: no column is called “id”, only “order” and “name”',
    ]);
  });

  test('says that it starts nothing as long as a list is not done', async () => {
    const service = new Answers();
    await start('1,2');
    await start('3');
    expect(read()).toEqual([
      'The list before this one is not done yet. Wait for it, or cancel it.',
    ]);
    expect(service.ids).toEqual(['1', '2']);
    service.answer(1, 2);
    expect(read()).toEqual([]);
    button(/^Start/).click();
    expect(service.ids).toEqual(['3']);
  });

  test('takes a double click on Start for one, and one on Go on', async () => {
    const service = new Answers();
    await start('1,2,3,4,5,6,7');
    button(/^Start/).click();
    expect(read()).toEqual([]);
    expect(service.ids).toEqual(['1', '2', '3', '4', '5', '6']);

    document.body.append(page);
    button('Cancel').click();
    button('Go on').focus();
    button('Go on').click();
    expect(button('Go on').getAttribute('aria-disabled')).toBe('true');
    expect(document.activeElement).toBe(button('Go on'));
    service.answer(6);
    button('Go on').click();
    expect(service.ids).toEqual(['1', '2', '3', '4', '5', '7']);
    expect(counts()).toEqual({ waiting: 0, active: 6, parked: 1, failed: 0 });
    page.remove();
  });

  test('has more to do again while rows that failed are asked for again', async () => {
    const service = new Answers();
    await start('1,2,3');
    service.answer(1);
    service.fail(2, 404, 'not found');
    service.fail(3, 404, 'not found');
    const progress = () => [
      rendered().querySelector('.done')!.textContent,
      page.querySelector('progress')!.value,
    ];
    expect(progress()).toEqual(['3 of 3', 3]);
    button(/^Retry failed \(2\)$/).click();
    expect(button(/^Retry failed/).getAttribute('aria-disabled')).toBe('true');
    expect(progress()).toEqual(['1 of 3', 1]);
    service.answer(2);
    expect(progress()).toEqual(['2 of 3', 2]);
    button('Cancel').click();
    expect(progress()).toEqual(['3 of 3', 3]);
  });

  test('renders once for all the answers that come at once', async () => {
    let renderings = 0;
    afterEveryRender(() => renderings++, {
      injector: TestBed.inject(Injector),
    });
    const service = new Answers();
    await write('1,2,3,4,5,6');
    button(/^Start/).click();
    await stable();
    renderings = 0;
    service.answer(6, 5, 4, 3, 2, 1);
    await stable();
    expect(renderings).toBe(1);
    expect(rows()).toHaveLength(6);
  });
});
