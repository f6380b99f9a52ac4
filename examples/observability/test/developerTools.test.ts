import { expect, test } from 'vitest';
import { COLOURS } from '../developerTools.js';
import type { State } from '../timeline.js';
import { bundle, launch } from './chromium.js';

interface TimeStamp {
  readonly name: string;
  readonly args: {
    readonly data: Record<
      'message' | 'track' | 'trackGroup' | 'color',
      string
    > &
      Record<'start' | 'end', number>;
  };
}

test('Chromium records what is drawn: a track for each slot, with times and colours', async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundle() });
    await browser.startTracing(page, { categories: ['devtools.timeline'] });
    await page.evaluate('page.run()');
    const trace = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TimeStamp[];
    };
    const drawn = trace.traceEvents
      .filter(({ name }) => name === 'TimeStamp')
      .map(({ args }) => args.data);
    const spans = drawn.map(
      ({ message, start, end, track, trackGroup, color }) => {
        expect(trackGroup).toBe('rows');
        const [, index, state] = /^(\d+) (\w+)$/.exec(message)!;
        return {
          index: Number(index),
          state,
          track,
          color,
          start: start / 1_000,
          ms: (end - start) / 1_000,
        };
      },
    );
    const of = (wanted: string) =>
      spans.filter(({ state }) => state === wanted);

    expect(
      of('active')
        .map(({ index }) => index)
        .sort((a, b) => a - b),
    ).toEqual([...Array(12).keys()]);
    expect(of('failed')).toMatchObject([{ index: 4, color: 'error' }]);
    expect(of('delayed')).toMatchObject([
      { index: 4, color: 'warning', track: of('failed')[0]!.track },
    ]);
    expect(of('waiting').length).toBeGreaterThan(0);
    expect(of('parked').length).toBeGreaterThan(0);
    for (const { state, color } of spans)
      expect(color).toBe(COLOURS[state as State]);

    const first = of('active').find(({ index }) => index === 0)!;
    expect(first.track).toBe('slot 1');
    // Date.now(), of which the scheduler is made, has whole milliseconds.
    expect(first.ms).toBeGreaterThanOrEqual(89);
    // One after the other in each track.
    expect(
      new Set(
        spans
          .map(({ track }) => track)
          .filter((track) => track.startsWith('slot')),
      ),
    ).toEqual(new Set(['slot 1', 'slot 2', 'slot 3']));
    for (const { state, track } of spans)
      if (!track.startsWith('slot')) expect(track).toBe(state);
    for (const track of ['slot 1', 'slot 2', 'slot 3']) {
      const here = spans
        .filter((span) => span.track === track)
        .sort((a, b) => a.start - b.start);
      here
        .slice(1)
        .forEach(({ start }, i) =>
          expect(start).toBeGreaterThanOrEqual(
            here[i]!.start + here[i]!.ms - 0.001,
          ),
        );
    }
  } finally {
    await browser.close();
  }
});
