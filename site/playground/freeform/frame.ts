/**
 * The script of the frame in which programs run: it starts the worker that the page sends, with one port to the page, and reports a
 * failure through the other. The program is in the worker, out of reach of the frame's document.
 */
import type { Start } from './sandbox';

addEventListener('message', ({ data, source, ports: [failures, port] }: MessageEvent<Start>) => {
  // A site that frames this page can send messages too.
  if (source !== parent) return;
  // Not of type `module`: in a frame without an origin, Chromium loads no such worker.
  const worker = new Worker(URL.createObjectURL(new Blob([data.runtime], { type: 'text/javascript' })));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    failures!.postMessage(event.message);
  });
  worker.postMessage(data.program, [port!]);
});
