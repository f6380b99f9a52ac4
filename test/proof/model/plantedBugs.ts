/** A mistake in `src/internal` that the comparison with the model must notice: `code` stands there once, and `bug` replaces it. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly code: string;
  readonly bug: string;
}

const loop = 'eagerLoop.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'one item too many is active',
    file: 'slots.ts',
    code: 'this.active < this.limit',
    bug: 'this.active <= this.limit',
  },
  {
    name: 'one item too many is unflushed',
    file: loop,
    code: 'this.unflushed >= this.settings.reorderWindow',
    bug: 'this.unflushed > this.settings.reorderWindow',
  },
  {
    name: 'a slot is free only when an item is flushed',
    file: loop,
    code: '!slots.areFree',
    bug: 'this.unflushed >= this.settings.concurrent',
  },
  {
    name: 'the head overtakes values of its own that are kept',
    file: loop,
    code: 'lane.head === item && item.kept === 0',
    bug: 'lane.head === item',
  },
  {
    name: 'the head is parked while something is being started',
    file: loop,
    code: 'item.kept === 0 && this.wanted',
    bug: 'item.kept === 0 && !this.starting && this.wanted',
  },
  {
    name: 'slots are filled before what is ready is emitted, where an item completes',
    file: loop,
    code: 'recovered ? RECOVERED : COMPLETED);\n    this.advance();',
    bug: 'recovered ? RECOVERED : COMPLETED);\n    this.startNext();\n    this.advance();',
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
    code: 'this.dropIfAtomic(item);\n      if (willRetry) {',
    bug: 'if (willRetry) {',
  },
  {
    name: 'later items go on when an error has its turn',
    file: loop,
    code: 'this.cancelAfter(item).forEach(reportError);',
    bug: 'this.mayStart = false;',
  },
  {
    name: 'errors at the end are in the order in which they happened',
    file: 'policies.ts',
    code: 'failures.sort((a, b) => a.index - b.index)',
    bug: 'failures',
  },
  {
    name: 'the error of the source overtakes what is parked',
    file: 'policies.ts',
    code: '(loop, error) => loop.failAtEnd(Infinity, error);',
    bug: '(loop, error) => loop.failNow(error);',
  },
  {
    name: 'a failed fallback has a fallback',
    file: loop,
    code: 'this.dropIfAtomic(item);\n    this.failInOrder(item, error);',
    bug: 'this.dropIfAtomic(item);\n    this.policy.ofItem(this, item, error);',
  },
  {
    name: 'the signal aborts before the inner is unsubscribed',
    file: 'run.ts',
    code: 'try {\n      super.cancel();\n    } finally {\n      this.controller?.abort(reason);\n    }',
    bug: 'this.controller?.abort(reason);\n    super.cancel();',
  },
  {
    name: 'the signal aborts although the inner has ended by itself',
    file: 'run.ts',
    code: 'next(value: R): void {\n    this.host',
    bug: 'override close(): void {\n    this.controller?.abort();\n    super.close();\n  }\n\n  next(value: R): void {\n    this.host',
  },
  {
    name: 'links are cut one after another while teardowns run',
    file: loop,
    code: 'run?.close();\n      return { each, run, ended };',
    bug: 'return { each, run, ended };',
  },
  {
    name: '`each` is not renewed by a value',
    file: 'attempt.ts',
    code: 'deadlines.start(durations.each, this, gap);',
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
    code: 'if (this.gap !== undefined) {\n      this.startNextGap(this.gap);',
    bug: 'if (this.clock !== undefined) {\n      this.clock = this.startClock(this.host.durations.total);\n    }\n    if (this.gap !== undefined) {\n      this.startNextGap(this.gap);',
  },
  {
    name: '`blocking` passes although nothing is held up',
    file: 'blocking.ts',
    code: 'ready > 0 && !head?.ended',
    bug: '!head?.ended',
  },
  {
    name: '`blocking` goes on for the next head',
    file: 'blocking.ts',
    code: 'this.clock?.stop();\n      if (blocker !== undefined) {',
    bug: 'if (blocker !== undefined && !this.clock) {',
  },
  {
    name: '`blocking` counts what unfinished atomic items keep',
    file: loop,
    code: 'if (!atomic) {\n      lane.markReady(item);\n      this.blocking?.look();\n    }',
    bug: 'lane.markReady(item);\n    this.blocking?.look();',
  },
  {
    name: 'clocks go on when their attempt has ended',
    file: 'run.ts',
    code: 'this.closed = true;\n    this.clock?.stop();',
    bug: 'this.closed = true;',
  },
  {
    name: 'a notifier that completes without a value retries the item',
    file: 'delay.ts',
    code: 'override start(): void {\n    this.clock',
    bug: 'override complete(): void {\n    this.next();\n  }\n\n  override start(): void {\n    this.clock',
  },
  {
    name: 'inputs are read ahead of free slots',
    file: loop,
    code: 'if (!this.mayStart || !slots',
    bug: 'this.source?.pull();\n    if (!this.mayStart || !slots',
  },
  {
    name: 'inputs that are left are not returned',
    file: 'pulled.ts',
    code: '} else {\n      reader?.cancel();\n    }\n    controller',
    bug: '}\n    controller',
  },
  {
    name: 'a cancelled item is ended twice for the monitor',
    file: loop,
    code: "monitor?.tell('ended', each, CANCELLED);",
    bug: "monitor?.tell('ended', each, CANCELLED);\n        monitor?.tell('ended', each, CANCELLED);",
  },
  {
    name: 'a parked item that is cancelled goes on being counted',
    file: loop,
    code: 'if (ended) {\n        this.parked--;',
    bug: 'if (ended) {',
  },
];
