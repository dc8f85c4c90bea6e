/** A plugin that the SDK of a function loads by the environment variable DURABLE_EXECUTION_PLUGINS. No body of an operation runs. */
import type { PluginHooks } from './hooks.ts';

const hooks = (globalThis as Record<symbol, unknown>)[Symbol.for('orders.replay')] as PluginHooks;

interface OperationInfo {
  readonly id: string;
  readonly name?: string;
}

class ReplayPlugin {
  onOperationStart({ id, name }: OperationInfo): Promise<void> {
    hooks.started(id, name);
    return Promise.resolve();
  }

  wrapOperationAttemptFn({ id, name }: OperationInfo): Promise<unknown> {
    return hooks.runAttempt(id, name);
  }
}

/** The export that the SDK looks for. Source: the type declarations of @aws/durable-execution-sdk-js 2.4. */
export const durableExecutionPluginProvider = {
  pluginApiVersion: 1,
  pluginType: ReplayPlugin,
  createPlugin: () => new ReplayPlugin(),
};
