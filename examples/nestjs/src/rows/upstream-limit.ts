import type { Provider } from '@nestjs/common';
import { sharedLimit } from 'rxjs-concat-map-eager';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';

export const UPSTREAM_LIMIT = Symbol('UPSTREAM_LIMIT');

/** One limit over all responses, however many clients there are. */
export const upstreamLimit: Provider = {
  provide: UPSTREAM_LIMIT,
  useFactory: ({ maxConcurrent }: RowsOptions) => sharedLimit(maxConcurrent),
  inject: [ROWS_OPTIONS],
};
