import { computed, onBeforeUnmount, type Ref, ref } from 'vue';

/** Time that passes from 0 to a horizon, both in milliseconds, slower than real time by a factor. */
export function usePlayer(horizon: Readonly<Ref<number>>, slower: Readonly<Ref<number>>) {
  const time = ref(0);
  const playing = ref(false);
  const isOver = computed(() => time.value >= horizon.value);
  let frame: number | undefined;
  let before: number | undefined;

  function tick(now: number): void {
    // A tab that was hidden does not catch up.
    const passed = Math.min(now - (before ?? now), 100);
    before = now;
    time.value = Math.min(horizon.value, time.value + passed / slower.value);
    if (isOver.value) pause();
    else frame = requestAnimationFrame(tick);
  }

  function play(): void {
    if (playing.value) return;
    if (isOver.value) time.value = 0;
    playing.value = true;
    before = undefined;
    frame = requestAnimationFrame(tick);
  }

  /** Stops, at a whole millisecond. */
  function pause(): void {
    playing.value = false;
    time.value = Math.round(time.value);
    if (frame !== undefined) cancelAnimationFrame(frame);
  }

  function seek(to: number): void {
    pause();
    time.value = Math.min(horizon.value, Math.max(0, to));
  }

  function replay(): void {
    pause();
    time.value = 0;
    play();
  }

  onBeforeUnmount(pause);
  return { time, playing, isOver, play, pause, seek, replay };
}
