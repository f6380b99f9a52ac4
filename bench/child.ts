/** What needs a heap of its own runs in a process of its own, and sends its result to the one that started it. */
import { fork, type ForkOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a script of this folder, with the flags of this process unless others are given, and resolves with its answer. */
export function ask<A>(script: string, args: readonly string[] = [], options: ForkOptions = {}): Promise<A> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, options);
    let answered = false;
    child.on('message', (message) => {
      answered = true;
      resolve(message as A);
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (!answered) reject(new Error(`${script} ${args.join(' ')} ended with ${code} and no answer`));
    });
  });
}

/** In the child: sends the result, which is JSON. */
export function answer(result: object): void {
  process.send!(result);
}
