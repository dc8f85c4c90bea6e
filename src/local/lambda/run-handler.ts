import { randomUUID } from 'node:crypto';
import type { Environments } from './execution-environments.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { Outcome } from './handler-job.ts';

interface Work {
  readonly functionName: string;
  readonly version: string;
  /** JSON. */
  readonly event: string;
  readonly requestId?: string;
  readonly tenantId?: string;
  /** A handler waits for it. */
  readonly nested?: boolean;
}

/** Runs the handlers of functions by their name and version. */
export class Handlers {
  readonly functions: FunctionRegistry;
  readonly #environments: Environments;

  constructor(functions: FunctionRegistry, environments: Environments) {
    this.functions = functions;
    this.#environments = environments;
  }

  /** Runs a handler once; never rejects, and never resolves once the environments are closed. */
  async run({ functionName, version, ...work }: Work): Promise<Outcome> {
    try {
      const code = this.functions.resolve(functionName, version);
      return await this.#environments.run({ code, requestId: randomUUID(), ...work });
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error);
      return { error: { errorType: 'Runtime.Unknown', errorMessage } };
    }
  }
}
