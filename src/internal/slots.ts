/** What an active item holds is a slot. They say whether one more item may be active. */
export class Slots {
  /** How many items are active. */
  active = 0;

  constructor(private readonly limit: number) {}

  get areFree(): boolean {
    return this.active < this.limit;
  }

  take(): void {
    this.active++;
  }

  giveBack(): void {
    this.active--;
  }
}
