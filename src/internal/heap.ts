/** Something with a rank, of which the lowest comes first. No two in a heap have the same, and it does not change meanwhile. */
export interface Ranked {
  readonly rank: number;
}

/** Gives the lowest first. Both adding and taking are O(log n): a binary heap in an array. */
export class Heap<E extends Ranked> {
  private elements: E[] = [];

  get length(): number {
    return this.elements.length;
  }

  push(element: E): void {
    const { elements } = this;
    let at = elements.length;
    // Whatever is above it and of a higher rank moves down.
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (elements[above]!.rank < element.rank) {
        break;
      }
      elements[at] = elements[above]!;
      at = above;
    }
    elements[at] = element;
  }

  /** Takes out all but those. */
  keep(isKept: (element: E) => boolean): void {
    const kept = this.elements.filter(isKept);
    this.elements = [];
    kept.forEach((element) => this.push(element));
  }

  /** Takes the lowest. To be called only while `length` is above 0. */
  pop(): E {
    const { elements } = this;
    const lowest = elements[0]!;
    const last = elements.pop()!;
    const { length } = elements;
    if (length > 0) {
      // The last one goes to the top, and whatever is below it and of a lower rank moves up.
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below + 1 < length && elements[below + 1]!.rank < elements[below]!.rank) {
          below++;
        }
        if (below >= length || last.rank < elements[below]!.rank) {
          break;
        }
        elements[at] = elements[below]!;
        at = below;
      }
      elements[at] = last;
    }
    return lowest;
  }
}
