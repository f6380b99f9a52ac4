import { ReadableStream } from 'node:stream/web';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';

/**
 * Gets lines from one address, and sends what becomes of them to another. The
 * first is read no faster than the second takes it. If either fails, or `stop`
 * aborts, both requests end.
 */
export async function copyRows(
  from: string,
  to: string,
  enrich: (line: string, signal: AbortSignal) => Promise<string>,
  stop = new AbortController(),
): Promise<Response> {
  const { signal } = stop;
  const rows = concatMapEagerFrom(
    (opened) => getLines(from, opened.signal),
    async (line, _index, item) =>
      Buffer.from(`${await enrich(line, item.signal)}\n`),
    { concurrent: 8, timeout: 5_000, retry: 2, onError: 'in-order', signal },
  );
  const body = ReadableStream.from(rows);
  // The types of browsers do not know `duplex`, which a streamed body needs.
  const init = { method: 'POST', body, duplex: 'half', signal };
  try {
    return await fetch(to, init as object);
  } catch (error) {
    // `fetch` leaves its body only when the next line comes.
    stop.abort(error);
    throw error;
  }
}

async function getLines(
  url: string,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(splitLines());
}

function splitLines(): TransformStream<string, string> {
  let rest = '';
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
    flush(controller) {
      if (rest !== '') controller.enqueue(rest);
    },
  });
}
