/** So long may a program of a link be, in characters. */
export const LONGEST = 20_000;

/** Text as a part of a link: compressed, and of letters, digits, `-` and `_`. */
export async function pack(text: string): Promise<string> {
  const bytes = await pipe(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * The text that a part of a link stands for.
 *
 * @throws RangeError if it stands for none, or for one that is too long
 */
export async function unpack(part: string): Promise<string> {
  let text;
  try {
    const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (byte) => byte.charCodeAt(0));
    text = new TextDecoder('utf-8', { fatal: true }).decode(await pipe(bytes, new DecompressionStream('deflate-raw')));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError('The program in the link cannot be read: part of the link may be missing');
  }
  return text;
}

async function pipe(bytes: Uint8Array<ArrayBuffer>, through: GenericTransformStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = (new Blob([bytes]).stream() as ReadableStream).pipeThrough<Uint8Array>(through).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    length += value!.length;
    // Four bytes a character at most: a link may hold what becomes endlessly long.
    if (length > 4 * LONGEST) {
      await reader.cancel();
      throw new RangeError(`Expected a program of at most ${LONGEST} characters`);
    }
    chunks.push(value!);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
