/** The rules that are compared: ours, and others as they are published, with the defaults that they have there. */
import { AdaptiveRule } from '../../src/internal/adaptiveRule.js';
import { median } from '../measure.js';

/** How many attempts may be active, by what became of those before. */
export interface Controller {
  readonly limit: number;
  /** @returns what is given to `ended` for the attempt that begins */
  began?(): number;
  /** An attempt has ended, at a time and after a time in ms; so many were active, this one included. */
  ended?(begun: number, now: number, duration: number, isOverload: boolean, active: number): void;
}

/** No rule goes above that. */
export const MAX = 200;

const clamp = (low: number, n: number, high: number) => Math.max(low, Math.min(n, high));

export class Fixed implements Controller {
  constructor(readonly limit: number) {}
}

class Ours implements Controller {
  private readonly rule = new AdaptiveRule(1, MAX, 4);

  get limit(): number {
    return this.rule.limit;
  }

  began(): number {
    return this.rule.began();
  }

  ended(begun: number, _now: number, duration: number, isOverload: boolean): void {
    this.rule.ended(begun, duration, isOverload);
  }
}

/** Additive increase, multiplicative decrease: `AIMDLimit` of https://github.com/Netflix/concurrency-limits. */
class Aimd implements Controller {
  limit = 10;

  ended(_begun: number, _now: number, duration: number, isOverload: boolean, active: number): void {
    if (isOverload || duration > 5_000)
      this.limit = Math.max(1, Math.min(this.limit - 1, Math.floor(this.limit * 0.9)));
    else if (active * 2 >= this.limit) this.limit = Math.min(MAX, this.limit + 1);
  }
}

/** `Gradient2Limit`, with the windows of `WindowedLimit`, of https://github.com/Netflix/concurrency-limits. */
class Gradient2 implements Controller {
  private estimate = 20;
  private long = 0;
  private windows = 0;
  private nextUpdate = 0;
  private count = 0;
  private sum = 0;
  private least = Infinity;
  private mostActive = 0;

  get limit(): number {
    return Math.floor(this.estimate);
  }

  ended(_begun: number, now: number, duration: number, isOverload: boolean, active: number): void {
    this.mostActive = Math.max(this.mostActive, active);
    if (!isOverload) {
      this.count++;
      this.sum += duration;
      this.least = Math.min(this.least, duration);
    }
    if (now > this.nextUpdate) {
      // Twice the shortest duration, but at least 1 s and at most 1 s.
      this.nextUpdate = now + 1_000;
      if (this.count >= 10) this.update(this.sum / this.count);
      this.count = this.sum = this.mostActive = 0;
    }
  }

  private update(short: number): void {
    this.windows++;
    this.long += (short - this.long) * (this.windows <= 10 ? 1 / this.windows : 2 / 601);
    if (this.long / short > 2) this.long *= 0.9;
    if (this.mostActive < this.estimate / 2) return;
    const gradient = clamp(0.5, this.long / short, 1);
    this.estimate = clamp(20, this.estimate * 0.8 + (this.estimate * gradient + 4) * 0.2, MAX);
  }
}

/**
 * The gradient controller of Envoy's adaptive concurrency filter, with the intervals of the example in its documentation:
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/adaptive_concurrency_filter
 */
class Envoy implements Controller {
  private static readonly least = 3;
  limit = Envoy.least;
  private kept = Envoy.least;
  private ideal = 0;
  private isProbing = true;
  private began_ = 0;
  private nextProbe = 0;
  private nextUpdate = 100;
  private atLeast = 0;
  private samples: number[] = [];

  ended(_begun: number, now: number, duration: number): void {
    // What began before the probe says nothing about it.
    if (this.isProbing && now - duration < this.began_) return;
    this.samples.push(duration);
    if (this.isProbing) {
      if (this.samples.length >= 50) this.endProbe(now);
    } else if (now >= this.nextProbe || this.atLeast >= 5) {
      this.beginProbe(now);
    } else if (now >= this.nextUpdate) {
      this.update(now);
    }
  }

  private beginProbe(now: number): void {
    this.isProbing = true;
    this.began_ = now;
    this.kept = this.limit;
    this.limit = Envoy.least;
    this.samples = [];
  }

  private endProbe(now: number): void {
    this.isProbing = false;
    this.ideal = median(this.samples);
    this.samples = [];
    this.limit = this.kept;
    this.atLeast = 0;
    this.nextProbe = now + 60_000;
    this.nextUpdate = now + 100;
  }

  private update(now: number): void {
    const gradient = clamp(0.5, (this.ideal * 1.25) / median(this.samples), 2);
    const next = this.limit * gradient;
    const before = this.limit;
    this.limit = clamp(Envoy.least, Math.floor(next + Math.sqrt(next)), MAX);
    this.atLeast = this.limit === Envoy.least && before === Envoy.least ? this.atLeast + 1 : 0;
    this.samples = [];
    this.nextUpdate = now + 100;
  }
}

/**
 * The adaptive request concurrency of Vector, `src/sinks/util/adaptive_concurrency` of https://github.com/vectordotdev/vector:
 * https://vector.dev/docs/architecture/arc/
 */
class Vector implements Controller {
  limit = 1;
  private mean: number | undefined;
  private variance = 0;
  private nextUpdate = 0;
  private count = 0;
  private sum = 0;
  private wasOverloaded = false;
  private wasReached = false;

  ended(_begun: number, now: number, duration: number, isOverload: boolean, active: number): void {
    if (active >= this.limit) this.wasReached = true;
    if (isOverload) this.wasOverloaded = true;
    else {
      this.count++;
      this.sum += duration;
    }
    const current = this.count > 0 ? this.sum / this.count : undefined;
    if (this.mean === undefined) {
      if (current !== undefined) this.learn(current);
      this.nextUpdate = now + (this.mean ?? 0);
    } else if (now >= this.nextUpdate) {
      this.step(this.mean, current);
      if (current !== undefined) this.learn(current);
      this.nextUpdate = now + this.mean;
      this.count = this.sum = 0;
      this.wasOverloaded = this.wasReached = false;
    }
  }

  private step(mean: number, current: number | undefined): void {
    const isSlow = current !== undefined && current >= mean + 2.5 * Math.sqrt(this.variance);
    if (this.limit < MAX && this.wasReached && !this.wasOverloaded && current !== undefined && current <= mean)
      this.limit++;
    else if (this.wasOverloaded || isSlow) this.limit = Math.max(1, Math.floor(this.limit * 0.9));
  }

  private learn(current: number): void {
    const difference = current - (this.mean ?? current);
    this.mean = current - difference * 0.6;
    this.variance = 0.6 * (this.variance + 0.4 * difference ** 2);
  }
}

export const rules: readonly { readonly name: string; readonly create: () => Controller }[] = [
  { name: '`adaptiveLimit`', create: () => new Ours() },
  { name: 'AIMD on failures', create: () => new Aimd() },
  { name: 'Netflix, Gradient2', create: () => new Gradient2() },
  { name: 'Envoy', create: () => new Envoy() },
  { name: 'Vector', create: () => new Vector() },
];
