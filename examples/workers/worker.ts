/**
 * What a thread of the pool runs: all of it is arithmetic, so it fills one core
 * from beginning to end.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Jimp } from 'jimp';

export interface Task {
  readonly file: string;
  readonly folder: string;
  readonly attempt: number;
}

export interface Thumbnail {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  /** Pictures that look alike have alike ones. */
  readonly looks: string;
}

const SIDE = 160; // pixels

export default async function makeThumbnail({
  file,
  folder,
}: Task): Promise<Thumbnail> {
  const bytes = await readFile(file);
  const picture = await Jimp.read(bytes);
  const { width, height } = picture;
  const looks = picture.hash();
  const thumbnail = await picture
    .scaleToFit({ w: SIDE, h: SIDE })
    .getBuffer('image/jpeg');

  // A thread may be ended at any moment; under its own name there is only ever
  // a whole file.
  const target = join(folder, `${basename(file)}.jpg`);
  await writeFile(`${target}.part`, thumbnail);
  await rename(`${target}.part`, target);

  return {
    file: basename(file),
    width,
    height,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    looks,
  };
}
