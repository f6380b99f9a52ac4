/** What importing the operator costs, without rxjs. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const sizeLimit = fileURLToPath(new URL('../node_modules/size-limit/bin.js', import.meta.url));

/** Bytes, minified and brotli-compressed, by the name of the entry in `package.json`. */
export async function measureSize(): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [sizeLimit, '--json']);
  const entries = JSON.parse(stdout) as { name: string; size: number }[];
  return Object.fromEntries(entries.map(({ name, size }) => [name, size]));
}
