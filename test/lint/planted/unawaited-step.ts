import type { DurableContext } from '@aws/durable-execution-sdk-js';

/** A deliberate mistake: a durable step without `await`. The lint test fails if the linter no longer reports it. */
export async function startWithoutAwait(context: DurableContext): Promise<void> {
  context.step('lost', async () => 1);
}
