/** Asks before a stack is destroyed, and says what became of it. */
import type { DestroyResult } from '../../deploy/destroy.ts';
import type { Inventory, StackResource } from '../../deploy/inventory.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { type Answers, ask, canAsk, isNamed, typeName } from '../command/confirm.ts';
import { dim } from '../terminal/terminal.ts';

export interface DestroyAnswers extends Answers {
  readonly yes: boolean;
  readonly running: 'cancel' | 'abort' | undefined;
  /** Stops orders as they are. */
  readonly force: boolean;
}

/** Gets the answers that destroying the stack takes, by flag or from a person. Throws when one is missing or no. */
export async function confirmDestroy(
  target: Target,
  inventory: Inventory,
  answers: DestroyAnswers,
): Promise<void> {
  const { name, protected: isProtected = false } = target.environment;
  const isSure =
    (answers.yes && !isProtected && answers.confirm === undefined) ||
    isNamed(target, answers, {
      what: `Destroying ${name} takes its name.`,
      hint: [`--confirm ${name}`, ...(isProtected ? [] : ['or --yes'])],
    });
  await decideRunning(inventory, target, answers);
  if (!isSure) await typeName(target, `Type ${name} to confirm: `);
}

/** Orders on their way are only ended when somebody says so. */
async function decideRunning(
  { running }: Inventory,
  target: Target,
  answers: DestroyAnswers,
): Promise<void> {
  if (running.length === 0 || answers.running === 'cancel' || answers.force) return;
  const orders = running.length === 1 ? '1 order is' : `${running.length} orders are`;
  const mayAsk = answers.running === undefined && canAsk(answers);
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

/** What goes and what stays, for the person who is about to decide. */
export function describeInventory(
  inventory: Inventory,
  target: Pick<Target, 'label'>,
  { columns = Number.POSITIVE_INFINITY }: { readonly columns?: number },
): string {
  const { stack, deleted, kept, orders, running } = inventory;
  const counts = [
    ...(orders === undefined ? [] : [`about ${orders} ${orders === 1 ? 'order' : 'orders'}`]),
    ...(running.length > 0 ? [`${running.length} running`] : []),
  ];
  return [
    `This deletes the stack ${stack} in ${target.label}:`,
    ...byKind(deleted, columns),
    ...(kept.length > 0 ? ['It keeps, as the template says:', ...byKind(kept, columns)] : []),
    ...(counts.length > 0 ? [`  ${counts.join(', ')}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** `2 roles`, and the names beside it, or below it where there is too little room. */
function byKind(resources: readonly StackResource[], columns: number): string[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, physicalId, logicalId } of resources) {
    const name = shortName(physicalId) || logicalId;
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  if (kinds.size === 0) return ['  nothing that is left of it'];
  const titles = [...kinds].map(([kind, { length }]) =>
    length === 1 ? `1 ${kind}` : `${length} ${kind}s`,
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

/** An ARN without what is the same in all: `name:1`. */
const shortName = (physicalId: string) =>
  physicalId.startsWith('arn:') ? physicalId.split(':').slice(6).join(':') : physicalId;

/** What is still there, and how to remove that; for stderr. */
export function describeRemains({ remains }: DestroyResult): string {
  if (remains.length === 0) return '';
  const commands = new Map<string, string[]>();
  for (const { kind, name, remove } of remains) {
    commands.set(remove, [...(commands.get(remove) ?? []), `${kind} ${name}`]);
  }
  const lines = [...commands].flatMap(([remove, things]) => [
    ...things.map((each) => `  ${each}`),
    `    ${dim(remove)}`,
  ]);
  return ['Still there, and how to remove it:', ...lines].map((line) => `${line}\n`).join('');
}

/** Says on stderr what remains; where the stack's home is ours too, how to end that. */
export function tellDestroyed(result: DestroyResult, target: Target): void {
  process.stderr.write(describeRemains(result));
  if (!target.deploysItself) return;
  process.stderr.write('The runtime itself goes on:\n');
  process.stderr.write(`  ${dim('orders local stop')}\n`);
}
