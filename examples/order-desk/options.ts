import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Faults } from './faults.js';
import { TIME_LIMIT, type Latency } from './latency.js';

export interface Options {
  /** A file, `-` for standard input, or absent for the actions that come with the example. */
  readonly input?: string;
  readonly concurrent: number;
  readonly window: number;
  readonly seed: number;
  readonly latency: Latency;
  readonly count?: number;
  readonly full: boolean;
  readonly svg: string;
  /** Present if the service is to fail. */
  readonly faults?: Faults & { readonly crash: boolean };
  /** Present if the service is to validate only so many at once. */
  readonly capacity?: number;
}

/** Ends the program: with 0 after `--help`, with 2 after a mistake. What there was to say has been printed. */
export class Exit extends Error {
  constructor(readonly status: number) {
    super(`exit with ${status}`);
  }
}

/** The options that let the service fail, by the names under which commander keeps them. */
const FAULTS = ['faults', 'hang', 'fail', 'reset', 'crash'];

const EXAMPLES = `
Examples:
  npm start                                         the 1,000 actions that come with it
  npm start -- --concurrent 8 --window 8 --count 60
  npm start -- --input mine.ndjson --full
  cat mine.ndjson | npm start -- --input -
  npm start -- --faults --crash                      policies against a service that fails
  npm start -- --adaptive                            limits against a service that can only do so much

An action is one line of JSON:
  {"id":1,"type":"place","order":"A-0001","sku":"tea-assam","quantity":2}
  {"id":2,"type":"cancel","order":"A-0001","reason":"changed my mind"}
`;

export function parseOptions(args: readonly string[]): Options {
  const command = new Command('npm start --')
    .description(
      'Validates the actions of a shop through concatMap, mergeMap and concatMapEager, without a key and with one, and compares the order of results and effects.',
    )
    .option('--input <file>', 'the actions, one JSON object a line; - reads standard input', isNamed)
    .option('--concurrent <n>', 'validations at once', integer(1, 1_000), 100)
    .option('--window <n>', 'reorderWindow of the last run (default: as small as --concurrent)', integer(1))
    .option('--seed <n>', 'draws other validation times', integer(0, 2 ** 32 - 1), 4)
    .option('--latency <min-max>', 'how long a validation takes, in ms', latency, { min: 1, max: 100 })
    .option('--count <n>', 'take only the first n actions', integer(1))
    .option('--full', 'let concatMap run all actions, not only the first 100', false)
    .option('--svg <file>', 'where to draw the picture', isNamed, 'order-desk.svg')
    .option('--faults', 'let the service fail, and compare what policies make of it')
    .option('--hang <share>', 'how many requests are never answered (default: 1%; implies --faults)', share)
    .option('--fail <share>', 'how many are answered with status 500 (default: 3%; implies --faults)', share)
    .option('--reset <share>', 'how many connections are reset (default: 1%; implies --faults)', share)
    .option('--crash', 'let the service die once in the middle, and come back (implies --faults)')
    .addOption(
      new Option(
        '--adaptive',
        'let the service validate only so many at once, and compare fixed limits with adaptiveLimit',
      ).conflicts(FAULTS),
    )
    .addOption(
      new Option('--capacity <n>', 'how many it validates at once (default: 20; implies --adaptive)')
        .argParser(integer(2, 200))
        .conflicts(FAULTS),
    )
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      // One line, also when a suggestion follows.
      outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, ' ')}\n`),
    });
  // An object as a default would be shown as JSON.
  const latencyOption = command.options.find((option) => option.long === '--latency');
  if (latencyOption) latencyOption.defaultValueDescription = '1-100';

  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new Exit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  const { window, faults, hang, fail, reset, crash, adaptive, capacity, ...options } = command.opts<Given>();
  const isFaulty = [faults, hang, fail, reset, crash].some((given) => given !== undefined);
  return {
    ...options,
    window: window ?? options.concurrent,
    ...(isFaulty && {
      faults: { hang: hang ?? 0.01, fail: fail ?? 0.03, reset: reset ?? 0.01, crash: crash ?? false },
    }),
    ...((adaptive ?? capacity) !== undefined && { capacity: capacity ?? 20 }),
  };
}

/** The options as they are given. */
interface Given extends Omit<Options, 'window' | 'faults'> {
  readonly adaptive?: true;
  readonly window?: number;
  readonly faults?: true;
  readonly hang?: number;
  readonly fail?: number;
  readonly reset?: number;
  readonly crash?: true;
}

function share(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError('Expected a percentage from 0% to 100%, such as 1%.');
}

function integer(min: number, max = Infinity): (text: string) => number {
  const range = max === Infinity ? `from ${min} and up` : `from ${min} to ${max.toLocaleString('en')}`;
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected an integer ${range}.`);
  };
}

function latency(text: string): Latency {
  const [, min, max] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (min !== undefined && max !== undefined && 1 <= min && min <= max && max < TIME_LIMIT) return { min, max };
  throw new InvalidArgumentError(
    `Expected MIN-MAX in milliseconds, such as 1-100, from 1 to less than ${TIME_LIMIT.toLocaleString('en')}, the time limit of a validation.`,
  );
}

function isNamed(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('Expected the name of a file.');
}
