/**
 * A program of a user, in which each promise that could break with a runtime or with a version of rxjs is kept or throws. It
 * is given the libraries, so that it is the same for ES modules, CommonJS, bundles and browsers.
 */
export async function scenario({ rxjs, eager, testing, file }) {
  const { concatAllEager, concatEager, concatMapEager } = eager;
  const { catchError, from, lastValueFrom, of, take, throwError, TimeoutError, timer, map, toArray } = rxjs;
  const all = (result) => lastValueFrom(result.pipe(toArray()));
  let checks = 0;
  const same = (what, actual, expected) => {
    checks++;
    const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
  };

  // The later ones are quicker, and no more than two run.
  let running = 0;
  let most = 0;
  const slow = (n) => {
    most = Math.max(most, ++running);
    return timer(40 - n * 10).pipe(map(() => (running--, n)));
  };
  same('order', await all(of(1, 2, 3).pipe(concatMapEager(slow, 2))), [1, 2, 3]);
  same('concurrent', most, 2);
  same('concatAllEager', await all(of(timer(20), timer(10), [7]).pipe(concatAllEager())), [0, 0, 7]);

  const kinds = [
    () => of(1),
    () => Promise.resolve(2),
    () => [3, 4],
    () => new Set([5]),
    async function* () {
      yield 6;
    },
    () => new ReadableStream({ start: (stream) => (stream.enqueue(7), stream.close()) }),
  ];
  same('kinds of inners', await all(from(kinds).pipe(concatMapEager((kind) => kind()))), [1, 2, 3, 4, 5, 6, 7]);

  let reason;
  const hanging = (n, _, { signal }) => {
    if (n === 2) signal.addEventListener('abort', () => (reason = signal.reason));
    return n === 2 ? new Promise(() => {}) : of(n);
  };
  const instead = (error, { value }) => {
    same("rxjs's own TimeoutError", error instanceof TimeoutError, true);
    same('what it says', error.info.meta, { value, index: 1, attempt: 1, limit: 'total' });
    return of('late');
  };
  const limited = concatMapEager(hanging, { timeout: 30, onError: instead });
  same('a time limit', await all(of(1, 2, 3).pipe(limited)), [1, 'late', 3]);
  same('the signal of what is cancelled', reason instanceof TimeoutError, true);
  const ended = of(1, 2).pipe(concatMapEager(hanging, { timeout: { first: 20 } }));
  same('the error', await all(ended.pipe(catchError((error) => of(error.name)))), [1, 'TimeoutError']);

  const failing = (n, _, { attempt }) =>
    n === 1 && attempt < 3 ? throwError(() => new Error('again')) : of([n, attempt]);
  const retried = concatMapEager(failing, { retry: { count: 2, delay: 5 } });
  same('retry', await all(of(1, 2).pipe(retried)), [[1, 3], [2, 1]]); // prettier-ignore
  const failed = of(1, 2).pipe(concatMapEager(failing, { onError: 'at-end' }));
  same('at-end', await all(failed.pipe(catchError((error) => of(error.message)))), [[2, 1], 'again']);

  let made = 0;
  let returned = false;
  function* endless() {
    try {
      for (;;)
        yield timer(5).pipe(
          map(
            (
              (n) => () =>
                n
            )(++made),
          ),
        );
    } finally {
      returned = true;
    }
  }
  const pulled = concatEager(endless(), { concurrent: 2, reorderWindow: 2 });
  same('an endless generator', await all(pulled.pipe(take(3))), [1, 2, 3]);
  same('how far it was read', made <= 4, true);
  same('its end', returned, true);
  async function* pages() {
    yield [1, 2];
    yield of(3);
  }
  same('an async generator', await all(concatEager(pages())), [1, 2, 3]);

  const page = (result) =>
    `## a page\n\n\`\`\`marble\nsource  ab|\na       --1|\nb        2|\n> op\nresult  ${result}\n\`\`\`\n`;
  const run = (text) => {
    const [spec] = testing.readMarbles(text, 'page.md');
    testing.runMarble(spec, { op: ({ project }) => concatMapEager(project) });
    return testing.drawMarble(spec);
  };
  let mismatch;
  try {
    run(page('--1-(2|)'));
  } catch (error) {
    mismatch = error;
  }
  same('a marble that holds is drawn', run(page('--1(2|)')).startsWith('<svg'), true);
  same('one that does not throws', mismatch instanceof testing.MarbleMismatch, true);

  let readsFiles = true;
  try {
    same('a file', testing.readMarbleFile(file).length, 1);
  } catch (error) {
    readsFiles = false;
    same('why it reads no file', /^expected Node\.js 20\.16 or later, Deno or Bun/.test(error.message), true);
  }
  return { checks, readsFiles };
}
