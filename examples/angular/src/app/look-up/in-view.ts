import {
  afterNextRender,
  DestroyRef,
  Directive,
  ElementRef,
  inject,
  signal,
} from '@angular/core';

/** Says whether its element is in the window. */
@Directive({ selector: '[appInView]', exportAs: 'inView' })
export class InView {
  private readonly element =
    inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly inView = signal(true);
  readonly value = this.inView.asReadonly();

  constructor() {
    const destroyRef = inject(DestroyRef);
    afterNextRender(() => {
      const observer = new IntersectionObserver((entries) =>
        this.inView.set(entries.at(-1)!.isIntersecting),
      );
      observer.observe(this.element);
      destroyRef.onDestroy(() => observer.disconnect());
    });
  }

  scrollTo(): void {
    this.element.scrollIntoView({ block: 'end', behavior: 'instant' });
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }
}
