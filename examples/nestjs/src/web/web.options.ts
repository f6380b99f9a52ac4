export interface WebOptions {
  /** A folder with an `index.html`. */
  readonly root: string;
}
