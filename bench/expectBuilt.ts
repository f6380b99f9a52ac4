/** Throws where the package's name stands for its sources, as it does for the compilers and the tests. */
export function expectBuilt(): void {
  if (!import.meta.resolve('rxjs-concat-map-eager').endsWith('/dist/index.js')) {
    throw new Error('Expected the built package, got its sources: run it with `npm run`');
  }
}
