import { paymentKey } from '../../../functions/contract/tables.ts';

/** A run of a command: its name in the table of calls, and its arguments. */
export interface CommandRun {
  readonly command: string;
  readonly argv: readonly string[];
  /** Exit codes other than 0 with which the command has done its work. */
  readonly codes?: readonly number[];
  /** Runs at a terminal: presses each key when the screen shows its text. */
  readonly keys?: readonly (readonly [text: RegExp, key: string])[];
}

/** A step between two runs that needs the credentials of the project. */
export interface Preparation {
  readonly prepare: (tools: PrepareTools) => Promise<void>;
}

export interface PrepareTools {
  /** Submits a sample with this id and waits until it has this status. */
  readonly submit: (sample: string, id: string, status?: string) => Promise<void>;
  readonly removeItem: (
    table: 'Orders' | 'Loyalty',
    key: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** Sets an attribute of an item. */
  readonly set: (
    table: 'Orders' | 'Payments' | 'Products' | 'Loyalty',
    key: Readonly<Record<string, string>>,
    [name, value]: readonly [name: string, value: unknown],
  ) => Promise<void>;
  /** Returns the ARN of the order's execution. */
  readonly readArn: (orderId: string) => Promise<string>;
  readonly sendDeadLetter: (body: string) => Promise<void>;
}

const run = (command: string, argv = command, codes: readonly number[] = []): CommandRun => ({
  command,
  argv: argv.split(' '),
  codes: [0, ...codes],
});
const prepare = (work: Preparation['prepare']): Preparation => ({ prepare: work });

/** Runs of all commands of `deploy` before the others. */
export const deployRuns: readonly CommandRun[] = [
  run('deploy', 'deploy --plan'),
  run('deploy --smoke', 'deploy --yes --smoke'),
  run('deploy', 'deploy --yes --parameter LogLevel=DEBUG'),
  run('deploy', 'deploy --yes --parameter LogLevel=WARN'),
  run('deploy', 'deploy --yes'),
  run('deploy', 'deploy --attach'),
  run(
    'deploy --canary',
    'deploy --yes --canary 50% --bake 1s --bake-limit 1s --parameter LogLevel=ERROR',
    [20],
  ),
  run('diff', 'diff --parameter LogLevel=INFO'),
  run('versions', 'versions'),
  run('versions rollback', 'versions rollback'),
  run('versions prune', 'versions prune --keep 1 --yes'),
  run('doctor', 'doctor', [30]),
];

/** Commands that find an order by its reference. */
const referring = [
  'get',
  'history',
  'open',
  'replay',
  'logs',
  'watch',
  'callback list',
  'retry',
  'cancel',
  'pause',
  'resume',
  'review approve',
  'review reject',
  'callback succeed',
  'callback fail',
  'callback heartbeat',
  'repair',
];

/** The beginning of no order: the command searches the newest orders and the executions for it. */
const unknownRuns = referring.map((command) => run(command, `${command} order-zzzz`, [5]));

const detailType = 'Durable Execution Status Change';
const ARN =
  'arn:aws:lambda:us-east-2:000000000000:function:orders-workflow:1/durable-execution/lost/00000000-0000-0000-0000-000000000000';

/** Runs of the commands that show and change orders. */
export const orderRuns: readonly (CommandRun | Preparation)[] = [
  run('submit', 'submit --sample low --id low-1'),
  run('submit', 'submit --sample low --id low-1'),
  run('submit --watch', 'submit --sample low --id low-2 --wait'),
  run('submit --via api', 'submit --sample low --via api'),
  run('submit --watch', 'submit --sample fraud-review --watch --timeout 12s', [124]),
  run('list', 'list'),
  run('list --columns', 'list --columns order,email,phone'),
  run('get', 'get low-1'),
  run('get', 'get latest'),
  run('history', 'history low-1'),
  run('history', 'history latest'),
  run('history --html', 'history low-1 --html'),
  run('open', 'open low-1'),
  run('open', 'open latest'),
  run('replay', 'replay low-1'),
  run('replay', 'replay latest'),
  run('replay', 'replay --since 1d --read-rate 100'),
  run('logs', 'logs low-1'),
  run('logs', 'logs latest'),
  run('metrics', 'metrics'),
  prepare(async ({ submit }) => {
    for (const id of ['down-1', 'down-2']) await submit('payment-down', id, 'failed');
    for (const id of ['rev-1', 'rev-2', 'rev-3', 'rev-4']) {
      await submit('fraud-review', id, 'awaiting-review');
    }
  }),
  run('list --paused', 'list --paused'),
  run('review list', 'review list'),
  {
    ...run('ui'),
    keys: [
      [/rev-4/, '/rev-4\r'],
      [/1 · \/rev-4/, '2'],
      [/TRANSITIONS|cannot be read/, '4'],
      [/request-review|cannot be read/, 'q'],
    ],
  },
  ...unknownRuns,
  run('callback list', 'callback list'),
  run('callback list', 'callback list rev-1'),
  run('callback heartbeat', 'callback heartbeat rev-1'),
  run('review approve', 'review approve rev-1'),
  run('review reject', 'review reject rev-2'),
  run(
    'callback succeed',
    'callback succeed rev-3 --result {"decision":"approve","by":"ann","at":"2026-01-01T00:00:00.000Z"}',
  ),
  run('callback fail', 'callback fail rev-4'),
  run('watch', 'watch rev-1'),
  prepare(({ submit }) => submit('fraud-review', 'idle-1', 'awaiting-review')),
  run('watch', 'watch idle-1 --timeout 12s', [124]),
  run('watch --with-logs', 'watch low-1 --with-logs'),
  prepare(async ({ submit }) => {
    for (const id of ['pau-1', 'pau-2']) await submit('fraud-review', id, 'awaiting-review');
  }),
  run('pause', 'pause pau-1'),
  run('list --paused', 'list --paused'),
  run('doctor', 'doctor', [30]),
  run('resume', 'resume pau-1'),
  run('pause', 'pause --running --yes'),
  run('resume', 'resume --paused --yes'),
  prepare(async ({ submit }) => {
    for (const id of ['can-1', 'can-2', 'can-3']) {
      await submit('fraud-review', id, 'awaiting-review');
    }
  }),
  run('cancel', 'cancel can-1 --wait'),
  run('cancel', 'cancel can-2 --force --wait'),
  run('cancel', 'cancel --status awaiting-review --yes', [13]),
  run('retry', 'retry down-1'),
  run('inventory list', 'inventory list'),
  run('outage start', 'outage start payments'),
  run('outage list', 'outage list'),
  run('outage stop', 'outage stop payments'),
  run('inventory set', 'inventory set BOOK-001 500'),
  run('inventory adjust', 'inventory adjust BOOK-001 --add 5'),
  run('inventory recount', 'inventory recount BOOK-001 --yes'),
  prepare(({ sendDeadLetter }) => sendDeadLetter('not an event')),
  run('list --verify', 'list --verify', [14]),
  prepare(async ({ submit, set, removeItem }) => {
    await submit('damaged', 'paid-1', 'failed');
    await set('Payments', { idempotencyKey: paymentKey('paid-1') }, ['state', 'charged']);
    await set('Products', { productId: 'BOOK-001' }, ['reserved', 7]);
    await removeItem('Orders', { orderId: 'low-2' });
  }),
  run('inventory recount', 'inventory recount BOOK-001 --yes'),
  run('get', 'get low-2'),
  run('retry', 'retry low-2', [5, 6, 13]),
  run('list --verify', 'list --verify', [14]),
  run('repair', 'repair low-2 paid-1 --yes', [14]),
  prepare(async ({ submit, set, removeItem, sendDeadLetter }) => {
    await submit('low', 'lost-1', 'completed');
    await set('Orders', { orderId: 'lost-1' }, ['status', 'awaiting-warehouse']);
    await submit('low', 'lost-2', 'completed');
    await removeItem('Orders', { orderId: 'lost-2' });
    for (const [id, status] of [
      ['lost-1', 'STOPPED'],
      ['lost-2', 'FAILED'],
    ] as const) {
      const detail = { durableExecutionName: id, durableExecutionArn: ARN, status };
      await sendDeadLetter(JSON.stringify({ 'detail-type': detailType, detail }));
    }
  }),
  run('dead-letters list', 'dead-letters list'),
  run('dead-letters redrive', 'dead-letters redrive --yes', [13]),
  run('load-test', 'load-test --count 50', [99]),
];

/** Runs of the commands that need a running order and remove the stack. */
export const destroyRuns: readonly CommandRun[] = [
  run('destroy --running', 'destroy --confirm rec --yes --running cancel'),
  run('destroy', 'destroy --confirm rec --yes'),
  run('diff', 'diff'),
];
