import type { Tracer } from '@opentelemetry/api';
import type { Observable } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { traced, withContext } from './tracing.js';

/** A row for each id, and a span `load row` for each attempt to get it. */
export const tracedRows = (
  ids: Observable<number>,
  tracer: Tracer,
): Observable<Response> =>
  ids.pipe(
    withContext(),
    concatMapEager(
      traced(tracer, 'load row', (id: number, _index, { signal }) =>
        fetch(`/rows/${id}`, { signal }),
      ),
      {
        // A value is in `value` from `withContext` on.
        key: ({ value: id }) => id,
        concurrent: 8,
        retry: 2,
        timeout: 5_000,
      },
    ),
  );
