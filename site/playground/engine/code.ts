import { optionsOf } from './config';
import type { Settings } from './settings';

/** The configuration as TypeScript that can be pasted into a program. */
export function codeOf(settings: Settings): string {
  const { onError, ...options } = optionsOf(settings);
  const entries = Object.entries(options).map(
    ([name, value]) => `${name}: ${name === 'key' ? '(value) => keyOf(value)' : literal(value)}`,
  );
  if (onError !== undefined) {
    entries.push(
      onError === 'fallback' ? 'onError: (error, item) => of(fallbackFor(item.value))' : `onError: '${onError}'`,
    );
  }
  const lines = entries.map((entry) => `    ${entry},\n`).join('');
  const config = entries.length === 0 ? '' : `, {\n${lines}  }`;
  const imports = onError === 'fallback' ? `import { of } from 'rxjs';\n` : '';
  return `${imports}import { concatMapEager } from 'rxjs-concat-map-eager';

source.pipe(
  concatMapEager((value, index, { signal }) => request(value, signal)${config}),
);
`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, inner]) => `${name}: ${String(inner)}`);
  return `{ ${entries.join(', ')} }`;
}
