/** A sample has as many attempts: while the limit doubles, and later. With fewer, chance would decide. */
const doublingSample = (limit: number) => Math.max(16, limit);
const steadySample = (limit: number) => Math.max(40, Math.ceil(1.5 * limit));

/** By how much a step changes the limit. */
const UP = 1.2;
const FAST_UP = 1.4;
const DOWN = 0.9;
const FAST_DOWN = 0.8;

/** While the limit doubles, a sample whose mean looks longer is made longer, up to so many times, before it is believed. */
const LOOKS = 3;

/** By which power of the limit the mean has to grow for a doubling not to pay; what is taken back of it then. */
const DOUBLING_PAYS_BELOW = 0.75;
const KEPT_OF_LAST_DOUBLING = 0.75;

/**
 * The same for a step, over the last two samples or so. A step in the same direction as the one before is a fast one, if the last six
 * or so say so more clearly: that attempts hardly become longer, or that they only wait.
 */
const PAYS_BELOW = 0.9;
const HARDLY_LONGER = 0.4;
const ONLY_WAITING = 0.9;

/**
 * A limit that is so many times as high as the one at which attempts have taken least does not pay if they have become longer by more
 * than that power since. What is remembered of the least becomes longer by so much with each sample, until it is reached again.
 */
const FAR = 2;
const FAR_PAYS_BELOW = 0.75;
const FORGETS = 1.03;

/**
 * After so many samples with the same limit, nothing is known of how the mean depends on it, and the rule looks to the other side: at
 * `min` or `max`, and below a limit that is refused time and again.
 */
const SAMPLES_AT_BOUND = 3;
const SAMPLES_BELOW_CEILING = 10;

/** Which part of a sample may fail by overload, and how many may in any sample: one or two are chance. */
const OVERLOADED_SHARE = 1 / 20;
const OVERLOADED_BY_CHANCE = 2;

/** How a sample's mean depends on the limit: the slope of a line through their logarithms. */
class Trend {
  private weight = 0;
  private x = 0;
  private y = 0;
  private xx = 0;
  private xy = 0;

  /** Each sample weighs as much of the next one. */
  constructor(private readonly keeps: number) {}

  /** The power of the limit by which the mean grows: 0 while there are idle servers, 1 when all else waits. 0 if nothing is known. */
  get slope(): number {
    return this.xx > 0 ? this.xy / this.xx : 0;
  }

  /** Welford's update of the means and of the sums of squares, with weights that decay: it cannot become negative. */
  add(x: number, y: number): void {
    this.weight = this.weight * this.keeps + 1;
    const dx = x - this.x;
    this.x += dx / this.weight;
    this.y += (y - this.y) / this.weight;
    this.xx = this.xx * this.keeps + dx * (x - this.x);
    this.xy = this.xy * this.keeps + dx * (y - this.y);
  }

  forget(): void {
    this.weight = this.x = this.y = this.xx = this.xy = 0;
  }
}

/**
 * Finds how many attempts a service can do with at once, by how long they take. While the service has idle servers, a higher limit
 * does not make attempts longer, so it pays: more are done. When attempts take longer in proportion to the limit, they only wait, and a
 * lower limit is as good. That is Little's law: what is done in a time is the limit divided by the mean duration.
 *
 * It goes in samples: the attempts that have begun and ended under the same limit. At first the limit doubles, as in the slow start
 * of TCP (RFC 5681), until a doubling does not pay. Then it climbs while a step pays, and descends while it does not, so that it
 * stays near the point where waiting begins. As soon as more attempts fail by overload than chance explains, it descends at once.
 */
export class AdaptiveRule {
  /** Which sample it is: attempts that began in an earlier one are not counted. */
  private sample = 0;
  private size: number;
  private completed = 0;
  private overloaded = 0;
  private sum = 0;
  isUnderused = false;

  private isDoubling = true;
  private looks = 1;
  /** The mean and the number of attempts of all doublings that paid, and the limit of the last one. */
  private base = 0;
  private counted = 0;
  private doubled = 0;

  private readonly step = new Trend(0.5);
  private readonly climb = new Trend(0.85);
  private lastMean = 0;
  /** The least mean of late, and the limit at which it was seen. */
  private least = Infinity;
  private leastAt = 0;
  /** Whether the last step went up, and whether there was one. */
  private hasClimbed: boolean | undefined = undefined;
  /** How many samples in a row had the same limit, and which. */
  private stays = 0;
  private lastLimit = 0;
  /** The limit of the last sample that was full and not overloaded, and the one that was overloaded last, until it proves to be fine. */
  private fine = 0;
  private ceiling = Infinity;

  constructor(
    private readonly min: number,
    private readonly max: number,
    /** How many attempts may be active: an integer. */
    public limit: number,
  ) {
    this.size = doublingSample(limit);
  }

  /**
   * An attempt begins.
   *
   * @returns in which sample, for `ended`
   */
  began(): number {
    return this.sample;
  }

  /**
   * An attempt that began in that sample has completed, or has failed since the service is overloaded, after so many ms. May change
   * `limit`. An attempt that ended in any other way is not told.
   */
  ended(sample: number, duration: number, isOverloaded: boolean): void {
    // A clock that is wrong does not count either.
    if (sample !== this.sample || !Number.isFinite(duration)) {
      return;
    }
    if (isOverloaded) {
      this.overloaded++;
      if (this.overloaded > Math.max(OVERLOADED_BY_CHANCE, this.size * OVERLOADED_SHARE)) {
        return this.stepBack();
      }
    } else {
      this.completed++;
      this.sum += duration;
    }
    if (this.completed + this.overloaded >= this.size) {
      this.closeSample();
    }
  }

  /** A slot is free, and there is nothing to start: the sample does not say how the service does under the whole limit. */
  underused(): void {
    this.isUnderused = true;
  }

  /** To the last limit that was fine, if that is near. */
  private stepBack(): void {
    const { limit, fine } = this;
    this.isDoubling = false;
    this.ceiling = limit;
    this.moveTo(fine < limit ? Math.max(fine, this.below(DOWN)) : this.below(DOWN));
  }

  private closeSample(): void {
    if (this.isUnderused) {
      return this.openSample();
    }
    // Durations may all be 0 in virtual time.
    const mean = Math.max(this.sum / this.completed, Number.MIN_VALUE);
    this.fine = this.limit;
    if (this.limit >= this.ceiling) {
      this.ceiling = Infinity;
    }
    if (this.isDoubling) {
      this.double(mean);
    } else {
      this.stepBy(mean);
    }
  }

  private double(mean: number): void {
    const { base, doubled, limit } = this;
    if (doubled > 0 && Math.log(mean / base) > DOUBLING_PAYS_BELOW * Math.log(limit / doubled)) {
      if (this.looks < LOOKS) {
        this.looks++;
        this.size += doublingSample(limit);
        return;
      }
      this.isDoubling = false;
      return this.moveTo(Math.round(limit * KEPT_OF_LAST_DOUBLING));
    }
    this.noteLeast(mean);
    this.counted += this.completed;
    this.base += ((mean - base) * this.completed) / this.counted;
    this.doubled = limit;
    this.isDoubling = limit < this.max;
    this.moveTo(2 * limit);
  }

  private stepBy(mean: number): void {
    const climbs = this.hasPaid(mean);
    const { slope } = this.climb;
    const isFast = climbs === this.hasClimbed && (climbs ? slope < HARDLY_LONGER : slope > ONLY_WAITING);
    this.hasClimbed = climbs;
    const [next, other] = climbs
      ? [this.above(isFast ? FAST_UP : UP), this.below(FAST_DOWN)]
      : [this.below(isFast ? FAST_DOWN : DOWN), this.above(FAST_UP)];
    this.stays = this.limit === this.lastLimit ? this.stays + 1 : 1;
    this.lastLimit = this.limit;
    const isAtBound = this.within(next) === this.limit;
    this.moveTo(this.stays < (isAtBound ? SAMPLES_AT_BOUND : SAMPLES_BELOW_CEILING) ? next : other);
  }

  /**
   * Whether attempts have not become longer as the limit became higher.
   *
   * A mean that more than doubles or halves at once is not due to a step: the service, or the weight of the work, has changed, and
   * what is known is void. Going down when attempts have become longer, and up when they have become shorter, is right if it is the
   * service, and does little harm if it is the work.
   */
  private hasPaid(mean: number): boolean {
    const { step, climb, lastMean } = this;
    const hasChanged = lastMean > 0 && (mean > 2 * lastMean || mean < lastMean / 2);
    if (hasChanged) {
      step.forget();
      climb.forget();
    }
    this.lastMean = mean;
    step.add(Math.log(this.limit), Math.log(mean));
    climb.add(Math.log(this.limit), Math.log(mean));
    if (this.isTooFar(mean)) {
      return false;
    }
    return hasChanged ? mean < lastMean : step.slope < PAYS_BELOW;
  }

  /** Steps are short, and so chance decides some of them. What many of them have led to is no chance. */
  private isTooFar(mean: number): boolean {
    this.least *= FORGETS;
    this.noteLeast(mean);
    const times = this.limit / this.leastAt;
    return times >= FAR && mean > this.least * times ** FAR_PAYS_BELOW;
  }

  private noteLeast(mean: number): void {
    if (mean <= this.least) {
      this.least = mean;
      this.leastAt = this.limit;
    }
  }

  /** Half of the way only, where the limit that was overloaded is near. */
  private above(factor: number): number {
    const { limit, ceiling } = this;
    return Math.max(limit + 1, Math.min(Math.round(limit * factor), Math.ceil((limit + ceiling) / 2)));
  }

  private below(factor: number): number {
    return Math.min(this.limit - 1, Math.round(this.limit * factor));
  }

  private within(limit: number): number {
    return Math.min(this.max, Math.max(this.min, limit));
  }

  private moveTo(limit: number): void {
    this.limit = this.within(limit);
    this.openSample();
  }

  private openSample(): void {
    this.sample++;
    this.size = (this.isDoubling ? doublingSample : steadySample)(this.limit);
    this.looks = 1;
    this.completed = this.overloaded = this.sum = 0;
    this.isUnderused = false;
  }
}
