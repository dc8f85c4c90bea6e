import type { Environment } from '../../environment/choose-environment.ts';
import { countBy } from '../../workflow/count-by.ts';
import { parseVersion } from '../lookup/history.ts';

/** Subject of a load test, its command and versions. */
export interface TestSetup {
  /** The command that repeats the test. */
  readonly command?: string;
  /** Version of `orders`. */
  readonly toolVersion?: string;
  readonly environment: string;
  readonly region: string;
  readonly stack: string;
  /** Speed-up of waits compared with wall time; 1 on AWS. */
  readonly timeScale: number;
  /** Planned duration of each wait of the workflow in wall time (ms). */
  readonly waits: Readonly<Record<string, number>>;
  /** Number of orders by version of the workflow function that ran them. */
  readonly functionVersions: Readonly<Record<string, number>>;
}

/** The part of the set-up that is known before the first order. */
export type PlannedSetup = Omit<TestSetup, 'functionVersions'>;

/** The part of the set-up that only the caller knows. */
export interface TestSource {
  /** The command that repeats the test. */
  readonly command?: string | undefined;
  /** Version of `orders`. */
  readonly toolVersion?: string | undefined;
}

/** Returns the set-up of a test, as far as it is known before the first order. */
export function planSetup(
  target: { readonly environment: Environment; readonly timeScale: number },
  waits: Readonly<Record<string, number>>,
  { command, toolVersion }: TestSource,
): PlannedSetup {
  const { name, region, stack } = target.environment;
  return {
    ...(command === undefined ? {} : { command }),
    ...(toolVersion === undefined ? {} : { toolVersion }),
    environment: name,
    region,
    stack,
    timeScale: target.timeScale,
    waits,
  };
}

/** Counts the orders by version of the function, which the ARNs of their executions contain. */
export function countFunctionVersions(
  orders: readonly { readonly executionArn?: string }[],
): Record<string, number> {
  const versions = orders.flatMap(({ executionArn = '' }) => parseVersion(executionArn) ?? []);
  return Object.fromEntries(countBy(versions, (version) => version));
}
