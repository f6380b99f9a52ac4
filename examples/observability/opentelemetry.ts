import type { Meter } from '@opentelemetry/api';
import {
  errorType,
  Streams,
  type Monitor,
} from '../nestjs/src/metrics/streams.js';

/** In seconds, as OpenTelemetry recommends for durations. */
const explicitBucketBoundaries = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

const GAUGES = ['waiting', 'active', 'parked', 'limit', 'blocked'] as const;

/**
 * Makes the instruments, and returns a function that gives a monitor for each
 * subscription of a stream. The name of the stream is its only attribute: a key
 * or an index would make a time series of each item.
 */
export function meterMonitors(meter: Meter): (stream: string) => Monitor {
  const duration = (name: string, description: string) =>
    meter.createHistogram(`concat_map_eager.${name}.duration`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries },
    });
  const waited = duration(
    'waiting',
    'How long items waited until they started',
  );
  const tried = duration('attempt', 'How long attempts took that have ended');
  const parked = duration('parked', 'How long items waited for their turn');
  const items = meter.createCounter('concat_map_eager.items', {
    description: 'Items that have ended, by how',
    unit: '{item}',
  });
  const failures = meter.createCounter('concat_map_eager.failed_attempts', {
    description: 'Attempts that failed',
    unit: '{attempt}',
  });

  const named = (stream: string) => ({ 'stream.name': stream });
  const streams = new Streams({
    waited: (stream, s) => waited.record(s, named(stream)),
    attempted: (stream, s, failure) => {
      tried.record(s, named(stream));
      if (!failure) return;
      const type = { 'error.type': errorType(failure.error) };
      failures.add(1, { ...named(stream), ...type });
    },
    parked: (stream, s) => parked.record(s, named(stream)),
    ended: (stream, outcome) => items.add(1, { ...named(stream), outcome }),
  });

  const count = (name: string, description: string) =>
    meter.createObservableUpDownCounter(`concat_map_eager.${name}`, {
      description,
      unit: '{item}',
    });
  const gauges = {
    waiting: count('waiting', 'Items that wait for a slot'),
    active: count('active', 'Items that hold a slot'),
    parked: count('parked', 'Items that wait for their turn'),
    limit: meter.createObservableGauge('concat_map_eager.limit', {
      description: 'How many items may be active at once',
      unit: '{item}',
    }),
    blocked: meter.createObservableGauge('concat_map_eager.blocked', {
      description: 'For how long an item has held up finished results',
      unit: 's',
    }),
  };
  meter.addBatchObservableCallback((result) => {
    for (const [stream, totals] of streams.totals()) {
      for (const name of GAUGES) {
        // What has no limit has none to be drawn either.
        if (totals[name] === Infinity) continue;
        result.observe(gauges[name], totals[name], named(stream));
      }
    }
  }, Object.values(gauges));

  return (stream) => streams.monitor(stream);
}
