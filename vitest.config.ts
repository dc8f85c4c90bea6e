import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that load functions, whose modules read environment variables and create clients when they are loaded. Such a file gets its own
 * instances of our modules and its own environment variables, but not its own process.
 */
const ownModules = [
  'test/functions/**',
  'test/replay/**',
  'test/deploy/iam/**',
  'test/orders/actions/stock-units.test.ts',
  'test/orders/verify/changed-workflow.test.ts',
  'test/workflow/path.test.ts',
];
/**
 * Tests that replace the timers of the process or parts of packages, or that need the members that we add to the Lambda client before its
 * first use.
 */
const ownProcess = [
  'test/aws/lambda-pausing.test.ts',
  'test/cli/console/actions/run-actions.test.ts',
  'test/deploy/open-executions.test.ts',
  'test/local/lambda/sdk/runners.test.ts',
  'test/orders/verify/open-executions.test.ts',
  'test/orders/watch/paused-orders.test.ts',
  'test/views/terminal-size.test.ts',
];
const files = 'test/**/*.test.{ts,tsx}';
/** Time after which a test hangs (ms). The long forms take minutes on a busy machine. */
const timeout = process.env['ORDERS_TEST_FULL'] === undefined ? 120_000 : 600_000;

/** Files that take longest in the long run, although they are small: most of them wait for orders. */
const longest = [
  'watch-faults',
  'pause-kill',
  'outage-load',
  'canary',
  'load-test-storm',
  'flash-sale',
  'crash',
  'bench',
  'faults',
].map((name) => `/${name}.test.ts`);

/** Starts these files first, then the others from large to small: a long file that starts late would run alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification) =>
      !longest.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isShort(a)) - Number(isShort(b)));
  }
}

export default defineConfig({
  test: {
    // Command tests capture what the code under test writes to the real streams.
    disableConsoleIntercept: true,
    globalSetup: ['test/support/test-run.ts'],
    setupFiles: ['test/support/wait-longer.ts'],
    expect: { poll: { timeout: 60_000, interval: 100 } },
    testTimeout: timeout,
    hookTimeout: timeout,
    // The journeys wait more than they work.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    projects: [
      // One process runs one file after another: modules are loaded once per process, not once per file.
      {
        extends: true,
        test: {
          name: 'shared',
          include: [files],
          exclude: [...ownModules, ...ownProcess],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'own-modules',
          include: ownModules.map(toTestFiles),
          setupFiles: ['test/support/fresh-modules.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'own-process', include: ownProcess.map(toTestFiles) },
      },
    ],
  },
});

/** Returns a pattern of the test files in a folder; the path of a file is one. */
function toTestFiles(pattern: string): string {
  return pattern.replace('/**', '/**/*.test.{ts,tsx}');
}
