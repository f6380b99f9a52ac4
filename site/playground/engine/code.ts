import { type Options, optionsOf } from './config';
import type { Settings } from './settings';

/** The configuration as TypeScript that can be pasted into a program. */
export function codeOf(settings: Settings): string {
  const { onError, concurrent, ...options } = optionsOf(settings);
  const entries = [
    ...(concurrent === undefined ? [] : [`concurrent: ${limit(concurrent)}`]),
    ...Object.entries(options).map(
      ([name, value]) => `${name}: ${name === 'key' ? '(value) => keyOf(value)' : literal(value)}`,
    ),
  ];
  if (onError !== undefined) {
    entries.push(
      onError === 'fallback' ? 'onError: (error, item) => of(fallbackFor(item.value))' : `onError: '${onError}'`,
    );
  }
  const lines = entries.map((entry) => `    ${entry},\n`).join('');
  const config = entries.length === 0 ? '' : `, {\n${lines}  }`;
  const ofRxjs = Array.isArray(concurrent)
    ? ['map', 'merge', 'NEVER', 'of', 'timer']
    : onError === 'fallback'
      ? ['of']
      : [];
  const imports = ofRxjs.length > 0 ? `import { ${ofRxjs.join(', ')} } from 'rxjs';\n` : '';
  const functions = entries.some((entry) => entry.includes('adaptiveLimit'))
    ? 'adaptiveLimit, concatMapEager'
    : 'concatMapEager';
  return `${imports}import { ${functions} } from 'rxjs-concat-map-eager';

source.pipe(
  concatMapEager((value, index, { signal }) => request(value, signal)${config}),
);
`;
}

function limit(concurrent: NonNullable<Options['concurrent']>): string {
  if (typeof concurrent === 'number') return String(concurrent);
  if ('length' in concurrent) {
    const steps = concurrent.map(({ at, limit }) =>
      at === 0 ? `of(${limit})` : `timer(${at}).pipe(map(() => ${limit}))`,
    );
    return `merge(\n${[...steps, 'NEVER'].map((step) => `      ${step},\n`).join('')}    )`;
  }
  return `adaptiveLimit(${Object.keys(concurrent).length === 0 ? '' : literal(concurrent)})`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, inner]) => `${name}: ${String(inner)}`);
  return `{ ${entries.join(', ')} }`;
}
