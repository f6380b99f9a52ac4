/**
 * A program of a user, in which each promise that could break with a runtime or with a version of rxjs is kept or throws. It
 * is given the libraries, so that it is the same for ES modules, CommonJS, bundles and browsers.
 */
export async function scenario({ rxjs, file, ...given }) {
  const eager = recording(given.eager);
  const testing = recording(given.testing);
  const { concatAllEager, concatEager, concatMapEager, concatMapEagerFrom } = eager;
  const { BehaviorSubject, catchError, concat, delay, from, lastValueFrom, map, NEVER, of, range } = rxjs;
  const { Subject, take, throwError, TimeoutError, timer, toArray } = rxjs;
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

  // A consumer that asks: in a loop, by itself, and one that leaves.
  const letters = concatMapEagerFrom(
    () => pages(),
    (value) => (Array.isArray(value) ? value : of('c').pipe(delay(1))),
    { concurrent: 2, readAhead: 2, maxParked: 1, reorderWindow: 4 },
  );
  const taken = [];
  for await (const value of letters) taken.push(value);
  same('for await', taken, [1, 2, 'c']);
  same('the same as an Observable', await all(letters), [1, 2, 'c']);

  let closed;
  const numbers = concatMapEagerFrom(
    ({ signal }) => {
      let n = 0;
      signal.addEventListener('abort', () => (closed = signal.reason.name));
      return { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: n++ }) }) };
    },
    (n) => timer(1).pipe(map(() => n)),
    { concurrent: 4, reorderWindow: 4 },
  );
  const some = [];
  for await (const n of numbers) {
    some.push(n);
    if (n === 5) break;
  }
  same('a loop that is left', some, [0, 1, 2, 3, 4, 5]);
  same('what it closes', closed, 'AbortError');
  const iterator = numbers[Symbol.asyncIterator]();
  const answers = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
  same('several calls of next() at once', answers.map(({ value }) => value), [0, 1, 2]); // prettier-ignore
  const waiting = iterator.next();
  same('return()', [await iterator.return('x'), (await waiting).done], [{ done: true, value: 'x' }, true]);
  const failure = async () => {
    for await (const n of concatEager([of(1), throwError(() => new Error('thrown once')), of(3)])) taken.push(n);
  };
  same('an error in a loop', await failure().catch((error) => error.message), 'thrown once');
  same('what came before it', taken.at(-1), 1);

  // Keys.
  const log = [];
  const record = ([key, n]) => {
    log.push(`${key}${n} starts`);
    return timer(key === 'a' ? 20 : 1).pipe(map(() => (log.push(`${key}${n} ends`), key + n)));
  };
  const rows = [['a', 1], ['a', 2], ['b', 3], ['b', 4]]; // prettier-ignore
  const key = ([name]) => name;
  same('keys', await all(from(rows).pipe(concatMapEager(record, { key }))), ['a1', 'a2', 'b3', 'b4']);
  same('one of a key at once', log.indexOf('a2 starts') > log.indexOf('a1 ends'), true);
  const byKey = concatMapEager(record, { key, order: 'key', concurrentPerKey: 2 });
  same('an order for each key', (await all(from(rows).pipe(byKey))).slice(0, 2), ['b3', 'b4']);

  // Limits.
  const limits = new BehaviorSubject(0);
  const paused = all(of(1, 2, 3).pipe(concatMapEager((n) => of(n), limits)));
  setTimeout(() => limits.next(2), 5);
  same('a limit that changes', await paused, [1, 2, 3]);
  const shared = eager.sharedLimit(2);
  most = running = 0;
  const both = await Promise.all([[1, 2, 3], [1, 2, 3]].map((values) => all(from(values).pipe(concatMapEager(slow, shared))))); // prettier-ignore
  same('a shared limit', [both, most, shared.current], [[[1, 2, 3], [1, 2, 3]], 2, 2]); // prettier-ignore
  const adaptive = eager.adaptiveLimit({ min: 1, max: 50, initial: 4 });
  const told = [];
  const changes = adaptive.changes.subscribe((limit) => told.push(limit));
  await all(range(0, 60).pipe(concatMapEager((n) => timer(1).pipe(map(() => n)), { concurrent: adaptive })));
  changes.unsubscribe();
  same('an adaptive limit', [told[0], told.length > 1, told.at(-1) === adaptive.current], [4, true, true]);

  // Bounds, and ends from outside.
  const bounded = concatMapEager(() => timer(1), { concurrent: 1, maxWaiting: 1 });
  const overflow = await lastValueFrom(of(1, 2, 3).pipe(bounded, catchError((error) => of(error)))); // prettier-ignore
  same('too many wait', overflow instanceof eager.OverflowError, true);
  same('which', [overflow.name, overflow.maxWaiting, overflow.index], ['OverflowError', 1, 2]);
  const dropping = { concurrent: 1, maxWaiting: 1, overflow: 'drop-oldest' };
  same('the oldest is dropped', await all(of(1, 2, 3).pipe(concatMapEager((n) => timer(1).pipe(map(() => n)), dropping))), [1, 3]); // prettier-ignore
  const end = new Subject();
  const ending = concatMapEagerFrom(endlessNumbers, (n) => of(n), { concurrent: 1, until: end }); // prettier-ignore
  const read = [];
  for await (const n of ending) {
    read.push(n);
    if (n === 3) end.next();
  }
  same('until', read.slice(0, 4), [0, 1, 2, 3]);
  const controller = new AbortController();
  const stopped = all(concat(of(1), NEVER).pipe(concatMapEager(() => NEVER, { signal: controller.signal })));
  controller.abort(new Error('stop'));
  same('signal', await stopped.catch((error) => error.message), 'stop');

  // What a monitor has heard is judged.
  const events = [];
  const config = { concurrent: 2, key, monitor: (event) => events.push(event) };
  await all(from(rows).pipe(concatMapEager(record, config)));
  same('a run that keeps to the rules', testing.checkRun(events, config), []);
  const [mistake] = testing.checkRun(events.slice(0, -1).concat(events.at(0)), config);
  same('one that does not', testing.RUN_RULES.includes(mistake.rule), true);

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
  const [spec] = testing.readMarbles(page('--1(2|)'));
  same('it is printed', testing.printMarble(spec).split('\n').at(-1), 'result  --1(2|)');
  let unread;
  try {
    run(page('--1(2'));
  } catch (error) {
    unread = error;
  }
  same('one that cannot be read', unread instanceof testing.MarbleSyntaxError, true);
  const [withFixture] = testing.readMarbles(page('--1(2|)').replace('> op', '> op $it'));
  same('a fixture', withFixture.operators[0].config instanceof testing.MarbleFixture, true);

  let readsFiles = true;
  try {
    same('a file', testing.readMarbleFile(file).length, 1);
  } catch (error) {
    readsFiles = false;
    same('why it reads no file', /^expected Node\.js 20\.16 or later, Deno or Bun/.test(error.message), true);
  }
  same('exports that were not tried', [...eager.untried, ...testing.untried], []);
  return { checks, readsFiles };
}

function* endlessNumbers() {
  for (let n = 0; ; n++) yield n;
}

/** What a module exports; `untried` are the names that nobody has used. */
function recording(module) {
  const untried = new Set(Object.keys(module));
  return new Proxy(
    {},
    {
      get(_, name) {
        if (name === 'untried') return untried;
        untried.delete(name);
        return module[name];
      },
    },
  );
}
