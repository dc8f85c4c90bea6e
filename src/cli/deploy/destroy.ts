/** Confirmation and output of `orders destroy`. */
import type { DestroyResult } from '../../deploy/destroy.ts';
import type { Inventory, StackResource } from '../../deploy/inventory.ts';
import type { Target } from '../../environment/target.ts';
import { isPaused } from '../../orders/lookup/execution-status.ts';
import { UserError } from '../../user-error.ts';
import {
  ask,
  type ConfirmationFlags,
  confirmByName,
  isConfirmedByName,
  isInteractive,
} from '../command/confirm.ts';
import { dim } from '../terminal/terminal.ts';

export interface DestroyFlags extends ConfirmationFlags {
  readonly yes: boolean;
  readonly running: 'cancel' | 'abort' | undefined;
  /** Stop running orders without undoing any step. */
  readonly force: boolean;
}

/** Confirms the deletion of the stack, by flag or prompt. Throws UserError if a confirmation is missing or denied. */
export async function confirmDestroy(
  target: Target,
  inventory: Inventory,
  answers: DestroyFlags,
): Promise<void> {
  const { name, protected: isProtected = false } = target.environment;
  const isConfirmed =
    (answers.yes && !isProtected && answers.confirm === undefined) ||
    isConfirmedByName(target, answers, {
      message: `Destroying "${name}" requires confirmation by name.`,
      hint: [`--confirm ${name}`, ...(isProtected ? [] : ['or --yes'])],
    });
  await confirmRunningOrders(inventory, target, answers);
  if (!isConfirmed) await confirmByName(target, `Type ${name} to confirm: `);
}

/** Confirms that running orders may be ended. Throws UserError if not. */
async function confirmRunningOrders(
  { running }: Inventory,
  target: Target,
  answers: DestroyFlags,
): Promise<void> {
  if (running.length === 0 || answers.running === 'cancel' || answers.force) return;
  const orders = running.length === 1 ? '1 order is' : `${running.length} orders are`;
  const mayAsk = answers.running === undefined && isInteractive(answers);
  const answer = mayAsk
    ? await ask(`${orders} still running. [c]ancel and undo, or [a]bort: `)
    : 'abort';
  if (/^c(ancel)?$/i.test(answer)) return;
  throw new UserError(
    `${orders} still running in ${target.environment.name}; nothing was changed.`,
    {
      hint: ['--running cancel', 'orders list --running'],
      exit: 6,
      code: 'OrdersRunning',
    },
  );
}

/** Returns the resources that will be deleted and kept, as text. */
export function describeInventory(
  inventory: Inventory,
  target: Pick<Target, 'label'>,
  { columns = Number.POSITIVE_INFINITY }: { readonly columns?: number },
): string {
  const { stack, deleted, kept, orders, running } = inventory;
  const counts = [
    ...(orders === undefined ? [] : [`about ${orders} ${orders === 1 ? 'order' : 'orders'}`]),
    ...(running.length > 0 ? [formatRunning(running)] : []),
  ];
  return [
    `This deletes the stack ${stack} in ${target.label}:`,
    ...formatByKind(deleted, columns),
    ...(kept.length > 0 ? ['The template retains:', ...formatByKind(kept, columns)] : []),
    ...(counts.length > 0 ? [`  ${counts.join(', ')}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Returns the number of running orders, and how many of them are paused: `5 running, 2 of them paused`. */
function formatRunning(running: Inventory['running']): string {
  const paused = running.filter(({ status }) => isPaused(status)).length;
  return `${running.length} running${paused > 0 ? `, ${paused} of them paused` : ''}`;
}

/** Returns resources grouped by kind: `2 roles` with the names to the right, or below in a narrow terminal. */
function formatByKind(resources: readonly StackResource[], columns: number): string[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, physicalId, logicalId } of resources) {
    const name = shortName(physicalId) || logicalId;
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  if (kinds.size === 0) return ['  no resources'];
  const titles = [...kinds].map(([kind, { length }]) =>
    length === 1 ? `1 ${kind}` : `${length} ${pluralize(kind)}`,
  );
  const width = Math.max(...titles.map((title) => title.length)) + 2;
  const longest = Math.max(...[...kinds.values()].flat().map((name) => name.length));
  if (2 + width + longest > columns) {
    return [...kinds.values()].flatMap((names, index) => [
      `  ${titles[index]}`,
      ...names.map((name) => `    ${name}`),
    ]);
  }
  return [...kinds.values()].flatMap((names, index) =>
    names.map((name, row) => `  ${(row === 0 ? (titles[index] ?? '') : '').padEnd(width)}${name}`),
  );
}

/** Returns the plural of a noun: `tables`, `aliases`, `policies`. */
const pluralize = (noun: string) =>
  noun.endsWith('s') ? `${noun}es` : noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;

/** Returns the last parts of an ARN, such as `name:1`; any other id unchanged. */
const shortName = (physicalId: string) =>
  physicalId.startsWith('arn:') ? physicalId.split(':').slice(6).join(':') : physicalId;

/** Returns the remaining resources with the commands that remove them. */
export function describeLeftovers({ remains }: DestroyResult): string {
  if (remains.length === 0) return '';
  const commands = new Map<string, string[]>();
  for (const { kind, name, remove } of remains) {
    commands.set(remove, [...(commands.get(remove) ?? []), `${kind} ${name}`]);
  }
  const lines = [...commands].flatMap(([remove, resources]) => [
    ...resources.map((resource) => `  ${resource}`),
    `    ${dim(remove)}`,
  ]);
  return ['Not deleted, with the command to remove it:', ...lines]
    .map((line) => `${line}\n`)
    .join('');
}

/** Prints the remaining resources to stderr and, for the local environment, how to stop the runtime. */
export function printDestroySummary(result: DestroyResult, target: Target): void {
  process.stderr.write(describeLeftovers(result));
  if (!target.autoDeploys) return;
  process.stderr.write('The local runtime is still running:\n');
  process.stderr.write(`  ${dim('orders local stop')}\n`);
}
