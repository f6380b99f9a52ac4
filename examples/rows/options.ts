import { Command, InvalidArgumentError, Option } from 'commander';
import type { Latency } from './answers.js';
import type { ServiceSettings } from './service.js';

export interface Options {
  readonly input?: string;
  readonly rows: number;
  readonly output?: string;
  readonly from?: number;
  readonly concurrent: number;
  readonly window: number;
  readonly timeout: number;
  readonly slowDisk?: number;
  readonly service: ServiceSettings;
}

/** The options as they are given. */
interface Given extends Omit<Options, 'slowDisk' | 'service'> {
  readonly slowDisk?: number | true;
  readonly latency: Latency;
  readonly fail: number;
  readonly hang: number;
  readonly seed: number;
}

const SLOW = 1_000; // rows a second

/** @throws CommanderError, when all there was to say has been printed */
export function parseOptions(args: readonly string[]): Options {
  const { slowDisk, latency, fail, hang, seed, ...options } = new Command(
    'npm start --',
  )
    .description(
      'Enriches the rows of a large file over HTTP, many at once, and writes the results in the order of the rows. ' +
        'Started again, it goes on where it was stopped.',
    )
    .option('--input <file>', 'the rows: NDJSON, each with an `id`')
    .option(
      '--rows <n>',
      'without --input: how many rows to generate',
      integer(0),
      100_000,
    )
    .option(
      '--output <file>',
      'the results (default: out/NAME.enriched.ndjson, for an input NAME.ndjson)',
    )
    .option(
      '--from <n>',
      'begin at this row; what the output holds from there on is done again (default: behind what the output holds)',
      integer(1),
    )
    .option('--concurrent <n>', 'rows at once', integer(1), 64)
    .option('--window <n>', 'rows that may be ahead', integer(1), 4_096)
    .option('--timeout <ms>', 'how long an answer may take', integer(1), 500)
    .option(
      '--slow-disk [n]',
      `write no more than n rows a second (${SLOW.toLocaleString('en')})`,
      integer(1),
    )
    .addOption(
      new Option('--latency <min-max>', 'how long the service takes, in ms')
        .argParser(range)
        .default({ min: 1, max: 20 }, '1-20'),
    )
    .addOption(
      new Option(
        '--fail <share>',
        'rows that the service answers with status 500: once, one in ten always',
      )
        .argParser(share)
        .default(0.005, '0.5%'),
    )
    .addOption(
      new Option(
        '--hang <share>',
        'rows that it never answers: once, one in ten always',
      )
        .argParser(share)
        .default(0.0002, '0.02%'),
    )
    .option('--seed <n>', 'draws other times and faults', integer(0), 1)
    .allowExcessArguments(false)
    .exitOverride()
    .parse([...args], { from: 'user' })
    .opts<Given>();
  return {
    ...options,
    ...(slowDisk && { slowDisk: slowDisk === true ? SLOW : slowDisk }),
    service: { seed, latency, faults: { fail, hang } },
  };
}

export function integer(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least} and up.`);
  };
}

function range(text: string): Latency {
  const [, min, max] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (min !== undefined && max !== undefined && min <= max) return { min, max };
  throw new InvalidArgumentError('Expected two integers, such as 1-20.');
}

function share(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError(
    'Expected a percentage from 0% to 100%, such as 0.5%.',
  );
}
