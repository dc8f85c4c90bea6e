import { randomUUID } from 'node:crypto';
import type { ExecutionEnvironments } from './execution-environments.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { HandlerOutcome } from './handler-job.ts';

interface HandlerCall {
  readonly functionName: string;
  readonly version: string;
  /** The event as JSON. */
  readonly event: string;
  readonly requestId?: string;
  readonly tenantId?: string;
  readonly traceHeader?: string;
  /** True if another handler waits for the result. */
  readonly nested?: boolean;
  /** True if it begins an asynchronous execution or processes an event. */
  readonly isStart?: boolean;
}

/** Runs the handlers of functions by name and version. */
export class HandlerRunner {
  readonly functions: FunctionRegistry;
  readonly #environments: ExecutionEnvironments;

  constructor(functions: FunctionRegistry, environments: ExecutionEnvironments) {
    this.functions = functions;
    this.#environments = environments;
  }

  /** Runs a handler once. Never rejects; never resolves after the environments are closed. */
  async run({ functionName, version, ...call }: HandlerCall): Promise<HandlerOutcome> {
    try {
      const code = this.functions.resolve(functionName, version);
      return await this.#environments.run({ code, requestId: randomUUID(), ...call });
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error);
      return { error: { errorType: 'Runtime.Unknown', errorMessage } };
    }
  }
}
