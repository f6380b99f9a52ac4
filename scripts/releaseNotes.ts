// Prints what CHANGELOG.md says of a version, for its release: `npm run --silent release:notes -- v1.2.3`. Fails unless that is the version
// of package.json and has a date.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** What is below the heading of the version. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  if (section === undefined) throw new Error(`Expected a heading "## ${version} (date)" in CHANGELOG.md, got none`);
  const [heading = '', ...lines] = section.split('\n');
  if (!/^\S+ \(\d{4}-\d\d-\d\d\)$/.test(heading)) {
    throw new Error(
      `Expected the date of the release in the heading "## ${version} (2026-01-31)" of CHANGELOG.md, got "## ${heading}"`,
    );
  }
  return `${lines.join('\n').trim()}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const [tag] = parseArgs({ allowPositionals: true }).positionals;
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    if (tag !== `v${version}`)
      throw new Error(`Expected the tag v${version}, since package.json has that version, got ${tag ?? 'none'}`);
    process.stdout.write(notesOf(readFileSync('CHANGELOG.md', 'utf8'), version));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
