import fc from 'fast-check';
import type { Census } from './census.js';
import { compare } from './compare.js';
import type { Operators } from './perform.js';
import { predict } from './predict.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';

/** What to print of a search that has found something; `undefined` if it has not. */
export function report(result: fc.RunDetails<[Scenario]>): string | undefined {
  return result.failed
    ? `${fc.defaultReportMessage(result)}\n\n${String((result.errorInstance as Error | null)?.message)}`
    : undefined;
}

/** Looks for a scenario in which these operators do something else than the model says. */
export function search(
  operators: Operators,
  parameters: fc.Parameters<[Scenario]>,
  census?: Pick<Census, 'add'>,
): fc.RunDetails<[Scenario]> {
  const property = fc.property(scenarios, (scenario) => {
    const prediction = predict(scenario);
    census?.add(scenario, prediction);
    fc.pre(!prediction.ambiguous);
    compare(scenario, prediction, operators);
  });
  return fc.check(property, parameters);
}
