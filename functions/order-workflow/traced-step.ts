import type { StepFunc } from '@aws/durable-execution-sdk-js';
import { sendSubsegment } from '../shared/tracing.ts';
import { errorName } from './failures.ts';

export type StepFunction<T> = StepFunc<T>;

/**
 * Wraps the work of a step so that each attempt writes one structured log line and one trace subsegment: order, stage and
 * duration, no personal data. Both are written inside the step, so that a replay does not repeat them.
 */
export function traced<T>(
  stage: string,
  { orderId }: { readonly orderId: string },
  work: StepFunction<T>,
): StepFunction<T> {
  return async (step) => {
    const { attempt } = step;
    const startedAt = Date.now();
    const report = (text: string, failed: boolean) => {
      const endedAt = Date.now();
      const annotations = { orderId, stage, attempt };
      sendSubsegment({ name: stage, startedAt, endedAt, failed, annotations });
      return { text, ...annotations, durationMs: endedAt - startedAt };
    };
    try {
      const result = await work(step);
      step.logger.info(report(`${stage} ${wasSkipped(result) ? 'skipped' : 'done'}`, false));
      return result;
    } catch (error) {
      // Only the name: the message of a foreign error may contain anything.
      step.logger.warn(report(`${stage} failed: ${errorName(error)}`, true));
      throw error;
    }
  };
}

/** Whether a step returned that it does not apply to the order. */
function wasSkipped(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'skipped' in result;
}
