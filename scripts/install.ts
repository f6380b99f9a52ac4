// Installs packages within this one, each by its lock file, where they are not installed: `tsx scripts/install.ts bench`.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Whether what is installed in a folder is what its lock file says; of packages that it links it may be an old copy. */
export function isInstalled(folder: string): boolean {
  const installed = statSync(`${folder}/node_modules/.package-lock.json`, { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(`${folder}/package-lock.json`).mtimeMs;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const folder of process.argv.slice(2).filter((folder) => !isInstalled(folder))) {
    // Some commands print a text that is read by others.
    console.error(`Installing what ${folder} needs: npm ci, in ${folder}`);
    const { status } = spawnSync('npm ci --silent --no-fund --no-audit', {
      cwd: folder,
      shell: true,
      stdio: 'inherit',
    });
    if (status !== 0) {
      console.error(`npm ci has failed in ${folder}`);
      process.exit(status ?? 1);
    }
  }
}
