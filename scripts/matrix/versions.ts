/** Every version of what the matrix installs; npm has them all. Newest last. */
export const NODE = ['18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];
export const BUN = '1.4.5';
export const DENO = '2.9.6';

/** From the oldest that the package supports. */
export const RXJS = ['7.2.0', '7.4.0', '7.5.7', '7.8.2'];
export const NEWEST_RXJS = RXJS.at(-1)!;

export const TYPESCRIPT = [
  '4.7.4',
  '4.8.4',
  '4.9.5',
  '5.0.4',
  '5.1.6',
  '5.2.2',
  '5.3.3',
  '5.4.5',
  '5.5.4',
  '5.6.3',
  '5.7.3',
  '5.8.3',
  '5.9.3',
  '6.0.3',
  '7.0.2',
];

/** `@types/node`, of which none is for every TypeScript. */
export const NODE_TYPES = { beforeTypeScript5: '18.11.18', fromTypeScript5: '20.19.25' };

export const BUNDLERS = { esbuild: '0.28.2', rollup: '4.67.4', webpack: '5.112.2', vite: '8.3.8' };

/** What the bundlers need besides. Of rolldown, which vite is made of, later versions do not install everywhere. */
export const BUNDLER_PARTS = { '@rollup/plugin-node-resolve': '16.0.3' };
export const BUNDLER_OVERRIDES = { rolldown: '1.2.19' };
