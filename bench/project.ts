import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject } from '../test/support/project-files.ts';
import { type Checkout, thisCheckout } from './checkout.ts';
import { atEnd } from './cleanup.ts';

/** Length of each wait of an order (seconds of virtual time), which is almost nothing at the local time scale. */
export const waitSeconds = 1;
const defaultTimeScale = 60;

interface Status {
  readonly url: string;
  readonly pid: number;
  readonly timeScale: number;
  /** Absent in versions that evaluate no policies. */
  readonly enforceIam?: boolean;
}

interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Creates a project with a running local runtime of a checkout and a deployed stack whose waits are close to zero. Uses only commands
 * of the checkout. The project is deleted at the end of the bench.
 */
export function createBenchProject(checkout: Checkout = thisCheckout) {
  const root = makeProject(checkout.folder);
  const program = join(checkout.folder, 'bin/orders');
  const env = { PATH: process.env['PATH'], HOME: root, TZ: 'UTC' };
  const run = (argv: readonly string[], stderr: 'ignore' | 'pipe') =>
    execFileSync(program, argv, {
      cwd: root,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', stderr],
      maxBuffer: 1 << 28,
    });
  const orders = (...argv: string[]) => run(argv, 'pipe');
  const readJson = (...argv: string[]) => JSON.parse(orders(...argv, '--json')).data;
  atEnd(() => {
    try {
      orders('local', 'stop');
    } finally {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  /** Returns true if the help of a command contains a text. An unknown command has no help. */
  function hasHelp(command: readonly string[], text: string): boolean {
    try {
      return run([...command, '--help'], 'ignore').includes(text);
    } catch {
      return false;
    }
  }
  const hasTimeScale = hasHelp(['local', 'start'], '--time-scale');

  // Valid until the runtime stops.
  let status: Status | undefined;
  let credentials: AwsCredentials | undefined;

  function start(timeScale = defaultTimeScale): void {
    orders('local', 'start', ...(hasTimeScale ? ['--time-scale', String(timeScale)] : []));
  }
  function stop(): void {
    status = undefined;
    credentials = undefined;
    orders('local', 'stop');
  }
  start();
  const waits = [`WarehouseWaitSeconds=${waitSeconds}`, `PickupWaitSeconds=${waitSeconds}`];
  const { outputs } = readJson('deploy', ...waits.flatMap((wait) => ['--parameter', wait]));
  const sample: { order: unknown } = readJson('submit', '--sample', 'low', '--dry-run');

  return {
    ...checkout,
    root,
    program,
    env,
    orders,
    hasHelp,
    hasTimeScale,
    outputs: outputs as Readonly<Record<string, string>>,
    /** Input of the workflow for a small order (JSON). */
    formatOrder: (orderId: string) => JSON.stringify({ ...sample, orderId }),
    status(): Status {
      status ??= readJson('local', 'status') as Status;
      return status;
    },
    /** Returns the credentials with which a client of the runtime signs. Versions that verify no signatures accept any secret. */
    credentials(): AwsCredentials {
      credentials ??= readCredentials(readJson('local', 'env'));
      return credentials;
    },
    start,
    stop,
    /** Restarts the runtime. Returns the duration of the start (seconds). */
    restart(timeScale?: number): number {
      stop();
      const startedAt = performance.now();
      start(timeScale);
      return (performance.now() - startedAt) / 1000;
    },
  };
}

function readCredentials(variables: Readonly<Record<string, string>>): AwsCredentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } =
    variables;
  return { accessKeyId, secretAccessKey };
}

export type Bench = ReturnType<typeof createBenchProject>;
