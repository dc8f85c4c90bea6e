import type { StepFunc } from '@aws/durable-execution-sdk-js';
import { nameOf } from './failures.ts';

export type StepFunction<T> = StepFunc<T>;

/**
 * A step's work that says in the log how each attempt went; inside the step, so that a replay says nothing again. The
 * SDK puts the execution's ARN, which ends in the order id, into each line.
 */
export function told<T>(name: string, work: StepFunction<T>): StepFunction<T> {
  return async (step) => {
    try {
      const result = await work(step);
      step.logger.info(`${name} done`);
      return result;
    } catch (error) {
      // The name alone: a text that is not the workflow's own may hold anything.
      step.logger.warn(`${name} failed: ${nameOf(error)}`);
      throw error;
    }
  };
}
