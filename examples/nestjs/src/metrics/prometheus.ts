import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { errorType, Streams, type Monitor, type Totals } from './streams.js';

/** In seconds, as OpenTelemetry recommends for durations. */
const buckets = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/**
 * Registers the metrics, and returns a function that gives a monitor for each
 * subscription of a stream. The name of the stream is the label `stream_name`.
 */
export function prometheusMonitors(
  registry: Registry,
): (stream: string) => Monitor {
  const metric = <L extends string>(name: string, help: string, label?: L) => ({
    name: `concat_map_eager_${name}`,
    help,
    labelNames: ['stream_name', ...(label ? [label] : [])] as const,
    registers: [registry],
  });
  const seconds = (name: string, help: string) =>
    new Histogram({ ...metric(`${name}_duration_seconds`, help), buckets });

  const waited = seconds('waiting', 'How long items waited until they started');
  const tried = seconds('attempt', 'How long attempts took that have ended');
  const parked = seconds('parked', 'How long items waited for their turn');
  const items = new Counter(
    metric('items_total', 'Items that have ended, by how', 'outcome'),
  );
  const failures = new Counter(
    metric('failed_attempts_total', 'Attempts that failed', 'error_type'),
  );

  const streams = new Streams({
    waited: (stream, s) => waited.observe({ stream_name: stream }, s),
    attempted: (stream, s, failure) => {
      tried.observe({ stream_name: stream }, s);
      if (!failure) return;
      const error_type = errorType(failure.error);
      failures.inc({ stream_name: stream, error_type });
    },
    parked: (stream, s) => parked.observe({ stream_name: stream }, s),
    ended: (stream, outcome) => items.inc({ stream_name: stream, outcome }),
  });
  const gauge = (name: string, help: string, value: (of: Totals) => number) =>
    new Gauge({
      ...metric(name, help),
      collect() {
        for (const [stream, totals] of streams.totals()) {
          // No limit is no number.
          if (Number.isFinite(value(totals)))
            this.set({ stream_name: stream }, value(totals));
        }
      },
    });
  gauge('waiting', 'Items that wait for a slot', (of) => of.waiting);
  gauge('active', 'Items that hold a slot', (of) => of.active);
  gauge('parked', 'Items that wait for their turn', (of) => of.parked);
  gauge('limit', 'How many items may be active at once', (of) => of.limit);
  gauge(
    'blocked_seconds',
    'For how long an item has held up finished results',
    (of) => of.blocked,
  );

  return (stream) => streams.monitor(stream);
}
