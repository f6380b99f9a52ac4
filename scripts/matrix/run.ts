import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

export interface Run {
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** The process groups that run. */
const groups = new Set<number>();

export interface RunOptions {
  readonly cwd: string;
  /** How long it may take. */
  readonly seconds?: number;
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, and throws if that takes too long. */
export async function run(
  file: string,
  args: readonly string[],
  { cwd, seconds = 120, signal }: RunOptions,
): Promise<Run> {
  // In a group of its own, since npm and browsers start others.
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const stop = () => {
    if (child.pid !== undefined) kill(child.pid);
    // Whoever has left the group may still hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const limit = AbortSignal.timeout(seconds * 1_000);
  if (child.pid !== undefined) groups.add(child.pid);
  signal?.addEventListener('abort', stop);
  try {
    const [code] = (await once(child, 'close', { signal: limit })) as [number | null];
    return { code: code ?? 1, output: stripVTControlCharacters(output) };
  } catch (error) {
    stop();
    if (!limit.aborted) throw error;
    throw new Error(`Expected it to end within ${seconds} s, got no end`, { cause: output });
  } finally {
    if (child.pid !== undefined) groups.delete(child.pid);
  }
}

/** The same for a program that is to succeed: its output. */
export async function succeed(file: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, output } = await run(file, args, options);
  if (code !== 0) throw new Error(messageIn(output) ?? `Expected exit code 0, got ${code}`, { cause: output });
  return output;
}

/** Ends what runs. */
export function killAll(): void {
  groups.forEach(kill);
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The line of an output that says what is wrong. */
function messageIn(output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.find((line) => /\b(?:error|err!|expected)\b/i.test(line)) ?? lines.find((line) => line !== '');
}
