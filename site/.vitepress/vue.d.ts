declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent;
  export default component;
}

/** A script with all that it imports, as one text: see `build/bundle.ts`. */
declare module '*?bundle' {
  const text: string;
  export default text;
  /** What a content security policy calls it. */
  export const hash: string;
}
