import type { Meter } from '@opentelemetry/api';
import { defer, from, type Observable } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { meterMonitors } from './opentelemetry.js';

/** Loads rows. Make one for each meter: it has the instruments. */
export class Rows {
  private readonly monitorOf: ReturnType<typeof meterMonitors>;

  constructor(meter: Meter) {
    this.monitorOf = meterMonitors(meter);
  }

  load(ids: Iterable<number>): Observable<string> {
    // Each subscription gets a monitor of its own.
    return defer(() =>
      from(ids).pipe(
        concatMapEager(
          async (id, _index, { signal }) => {
            const response = await fetch(`/rows/${id}`, { signal });
            return response.text();
          },
          { concurrent: 8, timeout: 5_000, monitor: this.monitorOf('rows') },
        ),
      ),
    );
  }
}
