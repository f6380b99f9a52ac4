export const UPSTREAM_OPTIONS = Symbol('UPSTREAM_OPTIONS');

export interface UpstreamOptions {
  /** Where the slow service is, without a slash at the end. */
  readonly url: string;
}
