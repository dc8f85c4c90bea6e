import { stages } from '../../functions/contract/workflow.ts';

/** Names of the steps that undo a stage. */
export const undoSteps: ReadonlySet<string> = new Set(
  stages.flatMap((stage) => ('undo' in stage ? [stage.undo] : [])),
);
