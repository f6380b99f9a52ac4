// Changes src/ at one point at a time and runs the tests, which are to notice: mutation testing with Stryker. It takes some
// hours. Survivors are explained in docs/evidence/mutants.md, where the figures of the last run stand.
import { Stryker } from '@stryker-mutator/core';
import { relative } from 'node:path';
import { table } from './markdown.js';

/** Of the mutants of each part, the share that must be noticed. */
const LEAST = 0.95;

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

interface Part {
  readonly name: string;
  readonly configFile: string;
  /** Whether there are tests that take so long that only those mutants meet them which no other test has noticed. */
  readonly hasLongTests: boolean;
}

const PARTS: readonly Part[] = [
  { name: 'operators', configFile: 'test/mutation/operators.json', hasLongTests: true },
  { name: 'testing', configFile: 'test/mutation/testing.json', hasLongTests: false },
];

const names = PARTS.map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`Expected ${names.join(' or ')}, or nothing for both, got ${unknown}\n`);
  process.exit(1);
}

const rows: string[][] = [];
for (const part of PARTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const mutants = await run(part);
  const valid = mutants.filter(({ status }) => !['CompileError', 'RuntimeError', 'Ignored'].includes(status));
  const survivors = valid.filter(isSurvivor);
  const count = (status: string) => String(valid.filter((mutant) => mutant.status === status).length);
  const share = 1 - survivors.length / valid.length;
  rows.push([
    part.name,
    String(valid.length),
    count('Killed'),
    count('Timeout'),
    String(survivors.length),
    `${(100 * share).toFixed(1)} %`,
  ]);
  for (const { fileName, location, mutatorName, replacement } of survivors) {
    const { line, column } = location.start;
    process.stdout.write(`survived: ${relative('.', fileName)}:${line}:${column} ${mutatorName}: ${replacement}\n`);
  }
  if (share < LEAST) {
    process.exitCode = 1;
  }
}
process.stdout.write(`\n${table(['part', 'mutants', 'killed', 'timed out', 'survived', 'noticed'], rows)}\n`);

async function run({ configFile, hasLongTests }: Part): Promise<MutantResult[]> {
  const mutants = await new Stryker({ configFile, thresholds: { break: null } }).runMutationTest();
  const survivors = mutants.filter(isSurvivor);
  if (!hasLongTests || survivors.length === 0) {
    return mutants;
  }
  process.stdout.write(`${survivors.length} survive the quick tests, and meet the slow ones\n`);
  // What runs the tests sees this.
  process.env.MUTATION_LONG = 'yes';
  try {
    const mutate = [...new Set(survivors.map(placeOf))];
    // Those that survive run all of the slow tests, which is not to look like a loop without end.
    const again = await new Stryker({
      configFile,
      mutate,
      timeoutFactor: 2,
      thresholds: { break: null },
    }).runMutationTest();
    return mutants.map((mutant) =>
      isSurvivor(mutant) ? (again.find((each) => isSame(each, mutant)) ?? mutant) : mutant,
    );
  } finally {
    delete process.env.MUTATION_LONG;
  }
}

function isSurvivor({ status }: MutantResult): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** As Stryker is told what to mutate: it counts columns from 0 there, and from 1 in its results. */
function placeOf({ fileName, location: { start, end } }: MutantResult): string {
  return `${relative('.', fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

function isSame(one: MutantResult, other: MutantResult): boolean {
  return placeOf(one) === placeOf(other) && one.replacement === other.replacement;
}
