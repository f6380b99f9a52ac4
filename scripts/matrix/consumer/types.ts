// What a typed program may rely on: what is inferred, and what must not compile. Were the package's types lost, which makes
// everything `any`, each of these lines would be an error. It is written for the oldest TypeScript and the oldest rxjs.
import { EMPTY, of, type Observable, type OperatorFunction } from 'rxjs';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type IterableObservable,
} from 'rxjs-concat-map-eager';
import { type MarbleSpec, readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Only so can `any` be told from others.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<Expected>(): {
  inferredFrom<Actual>(actual: Actual, isSame: Same<Actual, Expected>): void;
};

const numbers = of(1, 2, 3);
async function* letters() {
  yield 'a';
}

is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n.toFixed()))), true);
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager(async (n) => n.toFixed(), 3)), true);
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager(letters)), true);
is<Observable<number | boolean>>().inferredFrom(numbers.pipe(concatMapEager((n) => (n > 1 ? of(n) : [true]))), true);
is<Observable<number>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n), { timeout: { total: 5 } })), true);
is<Observable<number | string>>().inferredFrom(
  numbers.pipe(concatMapEager((n) => of(n), { onError: (_, { value }) => (value > 1 ? of('late') : EMPTY) })),
  true,
);
is<Observable<number>>().inferredFrom(of([1], [2]).pipe(concatAllEager({ retry: { count: 2, delay: 5 } })), true);
is<IterableObservable<number | string>>().inferredFrom(
  concatEager([of(1), Promise.resolve('a')], { concurrent: 2 }),
  true,
);
is<MarbleSpec[]>().inferredFrom(readMarbles('', 'page.md'), true);

const declared: OperatorFunction<number, string> = concatMapEager((n) => of(n.toFixed()));
const config: ConcatMapEagerConfig<number, string> = { onError: 'skip', monitor: ({ index }) => index.toFixed() };
is<Observable<string>>().inferredFrom(numbers.pipe(declared), true);
numbers.pipe(
  concatMapEager((value, index, { signal, attempt }) => {
    is<number>().inferredFrom(value, true);
    is<number>().inferredFrom(index + attempt, true);
    is<AbortSignal>().inferredFrom(signal, true);
    return of(value);
  }, config),
);

// A configuration that several streams share leaves the value to be typed by the source.
const shared: ConcatMapEagerConfig<unknown> = { concurrent: 8, onError: 'skip', monitor: ({ value }) => value };
is<Observable<string>>().inferredFrom(numbers.pipe(concatMapEager((n) => of(n.toFixed()), shared)), true);
is<Observable<string>>().inferredFrom(
  numbers.pipe(concatMapEager((n) => of(n.toFixed()), { ...shared, concurrent: 2 })),
  true,
);
is<Observable<string | number>>().inferredFrom(
  numbers.pipe(
    concatMapEager((n) => of(n.toFixed()), {
      ...shared,
      onError: (_, item) => {
        is<number>().inferredFrom(item.value, true);
        return [item.index];
      },
    }),
  ),
  true,
);
is<Observable<number>>().inferredFrom(of([1], [2]).pipe(concatAllEager(shared)), true);
is<IterableObservable<number | string>>().inferredFrom(concatEager([of(1), Promise.resolve('a')], shared), true);
const maybe: { ms?: number; times?: number } = {};
numbers.pipe(concatMapEager((n) => of(n), { retry: { count: maybe.times, delay: maybe.ms } }));
export const byItself = concatMapEager((value: number, _, { attempt }) => of(value, attempt), config);

// @ts-expect-error A number is no ObservableInput.
numbers.pipe(concatMapEager((n) => n));
// @ts-expect-error The option is called concurrent.
numbers.pipe(concatMapEager((n) => of(n), { concurrency: 3 }));
// @ts-expect-error There is no such policy.
numbers.pipe(concatMapEager((n) => of(n), { onError: 'ignore' }));
// @ts-expect-error A logger returns no ObservableInput.
numbers.pipe(concatMapEager((n) => of(n), { onError: () => undefined }));
// @ts-expect-error Numbers are no inputs.
concatEager([1, 2]);
// @ts-expect-error A text is no block that has been read.
runMarble('a|', {});
