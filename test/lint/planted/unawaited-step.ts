import type { DurableContext } from '@aws/durable-execution-sdk-js';

/** Planted: a durable step that nobody awaits. The lint test fails when the linter stops reporting it. */
export async function forgetful(context: DurableContext): Promise<void> {
  context.step('lost', async () => 1);
}
