import { Subscription } from 'rxjs';

/** A service that serves so many at once; others wait for their turn. */
export class Service {
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  constructor(private readonly servers: number) {}

  /** Begins when there is a server for it, which it has until it is unsubscribed. */
  serve(begin: () => Subscription): Subscription {
    const served = new Subscription();
    const start = () => {
      this.busy++;
      served.add(() => {
        this.busy--;
        this.next();
      });
      served.add(begin());
    };
    this.queue.push(() => {
      if (!served.closed) start();
    });
    this.next();
    return served;
  }

  private next(): void {
    while (this.busy < this.servers && this.queue.length > 0) this.queue.shift()!();
  }
}
