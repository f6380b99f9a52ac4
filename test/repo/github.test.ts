// What GitHub reads: it says of a mistake only when it is too late.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const namesIn = (folder: string) =>
  readdirSync(new URL(`../../${folder}`, import.meta.url)).map((name) => `${folder}/${name}`);

interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Record<string, string>;
  readonly strategy?: { matrix: { node: number[] } };
  readonly steps: readonly { uses?: string; run?: string }[];
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    type: string;
    id?: string;
    attributes: { label?: string; value?: string };
    validations?: { required?: boolean };
  }[];
}

const workflowOf = (path: string) => parse(read(path)) as Workflow;

describe('a workflow', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  describe.each(namesIn('.github/workflows'))('%s', (path) => {
    const { permissions, jobs } = workflowOf(path);
    const steps = Object.values(jobs).flatMap((job) => job.steps);

    test('pins every action to a commit, and says its version', () => {
      for (const line of read(path).match(/uses: .*/g)!) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test('may only read, unless a job says otherwise, and ends', () => {
      expect(permissions).toEqual({ contents: 'read' });
      for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
    });

    test('calls scripts that there are', () => {
      const commands = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run (?:--silent )?([\w:]+)/g)]);
      for (const [, script] of commands) expect(Object.keys(scripts)).toContain(script);
    });

    test('puts nothing that others write into a command', () => {
      for (const { run = '' } of steps) expect(run).not.toContain('${{');
    });
  });

  test('tests every supported Node.js that vitest runs on', () => {
    expect(workflowOf('.github/workflows/ci.yml').jobs.test!.strategy!.matrix.node).toEqual([20, 22, 24, 26]);
  });

  test('publishes after all checks, by OIDC and without a token', () => {
    const release = read('.github/workflows/release.yml');
    const { publish, check } = workflowOf('.github/workflows/release.yml').jobs;
    expect(check!.steps).toContainEqual({ run: '.ci/run' });
    expect(publish).toMatchObject({ needs: 'check', permissions: { 'id-token': 'write', contents: 'write' } });
    expect(release).toContain('--provenance');
    expect(release).not.toContain('secrets.');
  });
});

describe('an issue form', () => {
  const forms = namesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('config.yml'));

  test.each(forms)('%s has what GitHub asks for', (path) => {
    const { name, description, body } = parse(read(path)) as Form;
    expect(name).toMatch(/\S/);
    expect(description).toMatch(/\S/);
    const fields = body.filter(({ type }) => type !== 'markdown');
    expect(fields.length).toBeGreaterThan(0);
    for (const { type, id, attributes } of fields) {
      expect(['textarea', 'input', 'dropdown', 'checkboxes']).toContain(type);
      expect(id).toMatch(/^[a-z]+$/);
      expect(attributes.label).toMatch(/\S/);
    }
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  });

  test('that of a bug asks for a marble block or a playground link, and shows a block that is a test', () => {
    const { body } = parse(read('.github/ISSUE_TEMPLATE/bug.yml')) as Form;
    const field = (id: string) => body.find((each) => each.id === id)!;
    expect(field('playground').type).toBe('input');
    expect(read('marbles/concurrency.md')).toContain(`\`\`\`marble\n${field('marble').attributes.value}\`\`\``);
    // Either is enough.
    for (const id of ['marble', 'playground']) expect(field(id).validations?.required).not.toBe(true);
  });
});

test('dependabot knows every package with a lock file', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directories?: string[] }[];
  };
  const npm = updates.find((each) => each['package-ecosystem'] === 'npm')!;
  expect(npm.directories).toEqual(['/', '/bench', '/site', '/examples/*']);
  expect(updates.map((each) => each['package-ecosystem'])).toEqual(['npm', 'github-actions']);
});
