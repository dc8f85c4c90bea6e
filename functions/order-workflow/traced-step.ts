import type { StepFunc } from '@aws/durable-execution-sdk-js';
import { sendSubsegment } from '../shared/tracing.ts';
import { nameOf } from './failures.ts';

export type StepFunction<T> = StepFunc<T>;

/**
 * A step's work that tells of each attempt, in one structured line of the log and in a subsegment of the trace: which
 * order, which stage, how long it took. Inside the step, so that a replay tells nothing again; no personal data.
 */
export function observed<T>(
  stage: string,
  { orderId }: { readonly orderId: string },
  work: StepFunction<T>,
): StepFunction<T> {
  return async (step) => {
    const { attempt } = step;
    const begun = Date.now();
    const told = (text: string, failed: boolean) => {
      const ended = Date.now();
      const about = { orderId, stage, attempt };
      sendSubsegment({ name: stage, begun, ended, failed, annotations: about });
      return { text, ...about, durationMs: ended - begun };
    };
    try {
      const result = await work(step);
      step.logger.info(told(`${stage} done`, false));
      return result;
    } catch (error) {
      // The name alone: a text that is not the workflow's own may hold anything.
      step.logger.warn(told(`${stage} failed: ${nameOf(error)}`, true));
      throw error;
    }
  };
}
