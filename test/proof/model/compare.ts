import { drawScenario } from './drawScenario.js';
import { perform, type Operators } from './perform.js';
import type { Prediction } from './predict.js';
import type { Scenario } from './scenario.js';

/**
 * Compares what operators do with what the model says.
 *
 * @throws Error with both, and with the scenario as a marble block, where they differ
 */
export function compare(scenario: Scenario, prediction: Prediction, operators: Operators): void {
  const expected = prediction.log;
  const actual = perform(scenario, operators).log;
  const first = expected.findIndex((line, index) => line !== actual[index]);
  if (first < 0 && actual.length === expected.length) {
    return;
  }
  const at = first < 0 ? expected.length : first;
  throw new Error(
    [
      `The operator does not do what the model says, from line ${at + 1} on. (Milliseconds, and what is noticed then.)`,
      `Before that, both:\n${indented(expected.slice(0, at))}`,
      `The model says:\n${indented(expected.slice(at))}`,
      `The operator does:\n${indented(actual.slice(at))}`,
      picture(scenario, prediction),
    ].join('\n\n'),
  );
}

function indented(lines: readonly string[]): string {
  return lines.length === 0 ? '  (nothing)' : lines.map((line) => `  ${line}`).join('\n');
}

/** A block for a page of `marbles/`, with what the model says; or why there is none. */
function picture(scenario: Scenario, prediction: Prediction): string {
  try {
    return `What the model says, as a marble block:\n\n\`\`\`marble\n${drawScenario(scenario, prediction)}\n\`\`\``;
  } catch (error) {
    return (error as Error).message;
  }
}
