/** A mistake in `src/internal` that the comparison with the model must notice: `code` stands there once, and `bug` replaces it. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly code: string;
  readonly bug: string;
}

const loop = 'eagerLoop.ts';
const keys = 'keys.ts';

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
    bug: 'this.backlog.drop();\n    this.source?.cancel();\n    this.source = undefined;\n    this.sourceEnded = true;',
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
    code: 'run?.close();\n    if (!each.waits)',
    bug: 'if (!each.waits)',
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
    code: 'if (blocking !== blocker?.item) {',
    bug: 'if (blocking !== blocker?.item && !blocker) {',
  },
  {
    name: '`blocking` counts what unfinished atomic items keep',
    file: loop,
    code: 'if (!atomic) {\n      lane.markReady(item);\n      this.blocking?.look(lane);\n    }',
    bug: 'lane.markReady(item);\n    this.blocking?.look(lane);',
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
    code: 'if (!slots.areFree',
    bug: 'this.source?.pull();\n    if (!slots.areFree',
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
    code: "backlog.ended(each);\n        backlog.left(each);\n        monitor?.tell('ended', each, CANCELLED);",
    bug: "backlog.ended(each);\n        backlog.left(each);\n        monitor?.tell('ended', each, CANCELLED);\n        monitor?.tell('ended', each, CANCELLED);",
  },
  {
    name: 'a parked item that is cancelled goes on being counted',
    file: loop,
    code: 'if (ended) {\n        this.parked--;',
    bug: 'if (ended) {',
  },
  {
    name: 'a key is free when an attempt has failed, before the retry',
    file: loop,
    code: 'item.retries++;',
    bug: 'item.retries++;\n    this.backlog.ended(item);',
  },
  {
    name: 'a key is free only when its item is flushed',
    file: keys,
    code: '    lock.held--;\n    this.offer(lock);\n  }\n\n  left({ index, lock, waits }: KeyedItem<T, R>): void {\n',
    bug: '    void lock;\n  }\n\n  left({ index, lock, waits }: KeyedItem<T, R>): void {\n    if (!waits) {\n      lock.held--;\n      this.offer(lock);\n    }\n',
  },
  {
    name: 'a key is never free again',
    file: keys,
    code: 'lock.held--;',
    bug: '',
  },
  {
    name: 'one item too many of a key is active',
    file: keys,
    code: 'lock.held < this.perKey',
    bug: 'lock.held <= this.perKey',
  },
  {
    name: 'what the source says while a key is asked for overtakes the value that it is for',
    file: 'keyAsker.ts',
    code: 'if (this.asking || this.values.length > 0) {\n      this.values.push(value);',
    bug: 'if (this.values.length > 0) {\n      this.values.push(value);',
  },
  {
    name: 'the end of the source overtakes the value whose key is asked for',
    file: 'keyAsker.ts',
    code: 'if (this.asking || this.values.length > 0) {\n      this.end',
    bug: 'if (this.values.length > 0) {\n      this.end',
  },
  {
    name: 'the latest item whose key is free is started first',
    file: keys,
    code: 'this.free.push(lock);',
    bug: 'this.free.push(lock);\n      (this.free as any).elements.sort((a: any, b: any) => b.rank - a.rank);',
  },
  {
    name: 'of several free keys, the one that was free first is served first',
    file: keys,
    code: 'this.free.push(lock);',
    bug: '(lock as any).nth = (this as any).nth = ((this as any).nth ?? 0) + 1;\n      this.free.push(lock);\n      (this.free as any).elements.sort((a: any, b: any) => a.nth - b.nth);',
  },
  {
    name: 'the window counts the items of each key',
    file: loop,
    code: 'this.unflushed >= this.settings.reorderWindow',
    bug: '((lock: any) => {\n      let count = lock?.items ?? this.unflushed;\n      for (let item = lock?.first; item; item = item.nextOfKey) {\n        count--;\n      }\n      return count;\n    })((this.backlog as any).free?.elements[0]) >= this.settings.reorderWindow',
  },
  {
    name: 'an error that has its turn drops earlier items that wait for their key',
    file: keys,
    code: 'const others = this.turns.removeFrom(Math.max(first, this.queued));',
    bug: 'const others = [...this.turns.removeFrom(Math.max(first, this.queued)), ...this.turns.removeFrom(0, true)];',
  },
  {
    name: 'a key is asked for again for a retry',
    file: 'attempt.ts',
    code: 'this.attempt = ++item.attempts;',
    bug: 'this.attempt = ++item.attempts;\n    if (this.attempt > 1) {\n      host.settings.key?.(item.value as T, item.index);\n    }',
  },
  {
    name: 'an item whose key is not known is tried again',
    file: loop,
    code: 'this.failedForGood(item, lock.of.failure.error);',
    bug: 'this.attemptFailed(item, lock.of.failure.error, true);',
  },
  {
    name: 'items without a key wait for one another',
    file: keys,
    code: "'key' in key ? key.key : key.failure",
    bug: "'key' in key ? key.key : 'none'",
  },
  {
    name: 'an error ends the result before its turn in the order of its key',
    file: loop,
    code: 'if (head === undefined && lane.failure !== undefined) {',
    bug: 'if (lane.failure !== undefined) {',
  },
  {
    name: 'an item that is started before an earlier one overtakes it',
    file: keys,
    code: 'item.lane.push(item);\n    } else {\n      this.queue(lane);',
    bug: 'item.lane.push(item);\n    } else {\n      lane.push(item);',
  },
  {
    name: 'an error in the order of one key cancels what is active of all keys',
    file: keys,
    code: 'const removed = lanes.flatMap((lane) => lane.removeAfter(item));',
    bug: 'const removed = [...lanes.flatMap((lane) => lane.removeAfter(item)), ...[...this.locks.values()].flatMap(({ lane }) => (lanes.includes(lane) ? [] : lane.removeAfter(undefined)))];',
  },
  {
    name: 'a key is free when its item has completed, before the teardown',
    file: 'observeInput.ts',
    code: 'const { observer } = this;\n    try {\n      this.unsubscribe();\n    } finally {\n',
    bug: 'const { observer } = this;\n    const { host, item } = end === COMPLETED && !this.subscribing ? (observer as any) : {};\n    try {\n      if (item?.lock) {\n        host.backlog.ended(item);\n        host.advance();\n      }\n      this.unsubscribe();\n    } finally {\n      if (item?.lock) {\n        item.lock.held++;\n      }\n',
  },
  {
    name: 'one value too many may wait',
    file: loop,
    code: 'while (backlog.waiting > maxWaiting &&',
    bug: 'while (backlog.waiting > maxWaiting + 1 &&',
  },
  {
    name: 'the oldest value is dropped where the newest is to be',
    file: loop,
    code: "backlog.dropOne!(overflow !== 'drop-oldest')",
    bug: 'backlog.dropOne!(false)',
  },
  {
    name: 'values are dropped before all is started that can be',
    file: loop,
    code: 'backlog.laneOf(key), key);\n    this.advance();',
    bug: 'backlog.laneOf(key), key);\n    if (!this.closed) {\n      this.dropSurplus();\n    }\n    this.advance();',
  },
  {
    name: 'a source that is too fast is not left',
    file: loop,
    code: 'this.leaveSource()?.cancel();',
    bug: '',
  },
  {
    name: 'the turn of a dropped value is not given up',
    file: keys,
    code: 'this.waiting--;\n    this.turns.remove(index);',
    bug: 'this.waiting--;',
  },
  {
    name: 'a signal that has aborted before is not heard',
    file: loop,
    code: 'if (signal?.aborted) {',
    bug: 'if (false) {',
  },
  {
    name: 'a signal that aborts is the error of the source',
    file: loop,
    code: 'this.failNow(reason, undefined, reason);',
    bug: 'this.endSource({ error: reason });',
  },
  {
    name: 'the signals of attempts do not abort with the reason of the signal',
    file: loop,
    code: 'this.failNow(reason, undefined, reason);',
    bug: 'this.failNow(reason);',
  },
  {
    name: 'a signal is listened to after the end',
    file: loop,
    code: "this.settings.signal?.removeEventListener('abort', this.abort);",
    bug: '',
  },
];
