import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Jimp } from 'jimp';

const KINDS = new Set(['.jpg', '.jpeg', '.png', '.gif', '.bmp', '.tiff']);

/** The pictures in a folder, by name. */
export async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => KINDS.has(extname(name).toLowerCase()))
    .sort()
    .map((name) => join(folder, name));
}

const FAULTS = [
  '-exit',
  '-throw-once',
  '-memory',
  '-hang',
  '-exit-once',
  '-throw',
];

/**
 * Draws pictures of different sizes: every eighth is a large one, which those
 * behind it overtake. With `faults`, every third has a name that
 * `faultyWorker.ts` dies of.
 */
export async function drawPictures(
  folder: string,
  count: number,
  faults = false,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (let n = 0; n < count; n++) {
    const width = n % 8 === 1 ? 1_200 : 240 + ((n * 97) % 320);
    const fault =
      faults && n % 3 === 2 ? FAULTS[((n - 2) / 3) % FAULTS.length] : '';
    const file = join(
      folder,
      `picture-${String(n).padStart(3, '0')}${fault}.jpg`,
    );
    await writeFile(
      file,
      await draw(width, Math.round((width * 2) / 3), n).getBuffer('image/jpeg'),
    );
    files.push(file);
  }
  return files;
}

function draw(width: number, height: number, n: number) {
  const picture = new Jimp({ width, height, color: 0x000000ff });
  const { data } = picture.bitmap;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      data[at] = 128 + 127 * Math.sin(x / (20 + n) + n);
      data[at + 1] = 128 + 127 * Math.sin(y / 17 - n);
      data[at + 2] = 128 + 127 * Math.sin((x + y) / (9 + n));
    }
  }
  return picture;
}
