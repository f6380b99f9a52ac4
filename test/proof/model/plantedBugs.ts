/** A mistake in `src/internal` that the comparison with the model must notice: `code` stands there once, `bug` in its place. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly code: string;
  readonly bug: string;
}

const loop = 'eagerProcess.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'one item too many is active',
    file: loop,
    code: 'this.active >= this.places',
    bug: 'this.active > this.places',
  },
  {
    name: 'one item too many is unfinished',
    file: loop,
    code: 'queue.size >= this.settings.reorderWindow',
    bug: 'queue.size > this.settings.reorderWindow',
  },
  {
    name: 'a place is free only when an item is flushed',
    file: loop,
    code: 'this.active >= this.places',
    bug: 'queue.size >= this.places',
  },
  {
    name: 'the head overtakes what it has parked itself',
    file: loop,
    code: 'item === queue.head && item.parked === 0',
    bug: 'item === queue.head',
  },
  {
    name: 'the head is parked while something is being started',
    file: loop,
    code: 'item.parked === 0 && !settings.atomic',
    bug: 'item.parked === 0 && !this.starting && !settings.atomic',
  },
  {
    name: 'places are filled before what is ready is emitted, where an item completes',
    file: loop,
    code: "this.endItem(item, 'completed');\n    this.advance();",
    bug: "this.endItem(item, 'completed');\n    this.startNext();\n    this.advance();",
  },
  {
    name: 'it drains while it drains',
    file: loop,
    code: 'if (this.draining || this.closed) {',
    bug: 'if (this.closed) {',
  },
  {
    name: 'there is one retry too many',
    file: loop,
    code: 'item.retries < count',
    bug: 'item.retries <= count',
  },
  {
    name: 'a limit that must not be retried is',
    file: loop,
    code: 'const willRetry = mayRetry && item.retries',
    bug: 'const willRetry = item.retries',
  },
  {
    name: 'resetOnSuccess counts what earlier attempts have emitted',
    file: loop,
    code: 'item.emitted > item.emittedBefore',
    bug: 'item.emitted > 0',
  },
  {
    name: 'a failed attempt of an atomic item leaves its values',
    file: loop,
    code: 'item.retries++;\n    if (this.settings.atomic) {',
    bug: 'item.retries++;\n    if (false) {',
  },
  {
    name: 'later items go on when an error has its place in the order',
    file: loop,
    code: 'this.cancelAfter(item).forEach(reportError);',
    bug: 'this.places = 0;',
  },
  {
    name: 'errors at the end are in the order in which they happened',
    file: 'failures.ts',
    code: 'failures.sort((a, b) => a.index - b.index)',
    bug: 'failures',
  },
  {
    name: 'the error of the source overtakes what is parked',
    file: loop,
    code: "if (this.settings.onError === 'immediate') {",
    bug: "if (this.settings.onError !== 'at-end') {",
  },
  {
    name: 'a failed fallback has a fallback',
    file: loop,
    code: 'if (item.failure !== undefined) {\n      // It was the fallback that failed.',
    bug: 'if (false) {',
  },
  {
    name: 'the signal aborts before the inner is unsubscribed',
    file: 'attempt.ts',
    code: 'try {\n      super.cancel();\n    } finally {\n      this.controller?.abort(reason);\n    }',
    bug: 'this.controller?.abort(reason);\n    super.cancel();',
  },
  {
    name: 'the signal aborts although the inner has ended by itself',
    file: 'attempt.ts',
    code: 'override close(): void {\n    this.gap?.stop();',
    bug: 'override close(): void {\n    this.controller?.abort();\n    this.gap?.stop();',
  },
  {
    name: 'links are cut one after another while teardowns run',
    file: loop,
    code: 'run?.close();\n      return [[later, run]];',
    bug: 'return [[later, run]];',
  },
  {
    name: '`each` is not renewed by a value',
    file: 'attempt.ts',
    code: 'deadlines.start(limits.each, this, gap);',
    bug: '',
  },
  {
    name: '`first` is not stopped by a value',
    file: 'attempt.ts',
    code: '} else {\n      gap.stop();\n    }',
    bug: '}',
  },
  {
    name: '`total` starts anew with each value',
    file: 'attempt.ts',
    code: 'if (this.gap !== undefined) {\n      this.heard(this.gap);',
    bug: 'if (this.clock !== undefined) {\n      this.clock = this.startClock(this.process.limits.total);\n    }\n    if (this.gap !== undefined) {\n      this.heard(this.gap);',
  },
  {
    name: '`blocking` passes although nothing is held up',
    file: 'watch.ts',
    code: 'queue.ready > 0 && !head?.ended',
    bug: '!head?.ended',
  },
  {
    name: '`blocking` goes on for the next head',
    file: 'watch.ts',
    code: 'this.clock?.stop();\n      if (blocker !== undefined) {',
    bug: 'if (blocker !== undefined && !this.clock) {',
  },
  {
    name: '`blocking` counts what unfinished atomic items have parked',
    file: loop,
    code: 'if (!settings.atomic) {\n      queue.markReady(item);\n      this.watch.head();\n    }',
    bug: 'queue.markReady(item);\n    this.watch.head();',
  },
  {
    name: 'clocks go on when their attempt has ended',
    file: 'attempt.ts',
    code: 'this.closed = true;\n    this.clock?.stop();',
    bug: 'this.closed = true;',
  },
  {
    name: 'a notifier that completes without a value retries the item',
    file: 'attempt.ts',
    code: 'override start(): void {\n    this.clock',
    bug: 'override complete(): void {\n    this.next();\n  }\n\n  override start(): void {\n    this.clock',
  },
  {
    name: 'inputs are read ahead of their places',
    file: loop,
    code: 'if (this.active >= this.places ||',
    bug: 'this.source?.pull();\n      if (this.active >= this.places ||',
  },
  {
    name: 'inputs that are left are not returned',
    file: 'source.ts',
    code: 'if (this.isAsync || !this.reading) {\n      reader?.cancel();',
    bug: 'if (false) {',
  },
  {
    name: 'a cancelled item is ended twice for the monitor',
    file: loop,
    code: "this.watch.tell('ended', later, { outcome: 'cancelled' });",
    bug: "this.watch.tell('ended', later, { outcome: 'cancelled' });\n      this.watch.tell('ended', later, { outcome: 'cancelled' });",
  },
  {
    name: 'a parked item that is cancelled goes on being counted',
    file: loop,
    code: 'if (later.ended) {\n        this.parked--;',
    bug: 'if (later.ended) {',
  },
];
