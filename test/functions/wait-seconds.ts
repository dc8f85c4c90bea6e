import { stages, type WaitId } from '../../functions/contract/workflow.ts';

/** The default lengths of all waits of the workflow. */
export const waitSeconds = Object.fromEntries(
  stages.flatMap((stage) => (stage.kind === 'wait' ? [[stage.id, stage.seconds]] : [])),
) as Record<WaitId, number>;
