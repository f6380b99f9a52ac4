// Makes the files of the site in `.vitepress/dist`. The types of its own sources are checked meanwhile, and end the build as well.
import { spawn } from 'node:child_process';

/** Runs a program of a package, and fails where that does. */
async function run(command: string): Promise<void> {
  const child = spawn(command, { stdio: 'inherit', shell: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} failed`);
}

async function make(): Promise<void> {
  await run('tsx build/generate.ts');
  await run('vitepress build .');
  await run('tsx build/relocate.ts');
}

const results = await Promise.allSettled([make(), run('vue-tsc -p .')]);
for (const result of results) {
  if (result.status === 'fulfilled') continue;
  console.error((result.reason as Error).message);
  process.exitCode = 1;
}
