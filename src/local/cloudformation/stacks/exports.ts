import type { StackRepository, StackState } from './stack-repository.ts';

type Repository = Pick<StackRepository, 'listExports' | 'listImporters'>;

/**
 * Throws if another stack in the region already exports one of a stack's names, or imports an export that the stack has no longer or with
 * another value. `before` are the outputs of the stack before the update.
 */
export function checkExports(
  repository: Repository,
  { id, region, outputs }: StackState,
  before: StackState['outputs'],
): void {
  for (const { exportName, value } of before) {
    const users = exportName ? repository.listImporters(exportName, region) : [];
    if (users.length === 0) continue;
    const after = outputs.find((output) => output.exportName === exportName);
    if (after?.value === value) continue;
    const names = users.join(', ');
    throw new Error(
      after
        ? `Cannot update export ${exportName} as it is in use by ${names}`
        : `Export ${exportName} cannot be deleted as it is in use by ${names}`,
    );
  }
  const others = repository.listExports(region, id);
  for (const { exportName } of outputs) {
    const other = exportName ? others.get(exportName) : undefined;
    if (other) {
      throw new Error(
        `Export with name ${exportName} is already exported by stack ${other.stack}.`,
      );
    }
  }
}
