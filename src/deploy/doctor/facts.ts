import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import type { StackOutputs } from '../../environment/stack.ts';
import { describeStack, parseOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { ListedExecution } from '../../orders/lookup/executions.ts';
import { listRunningExecutions } from '../running-executions.ts';
import { type DurableFunction, listDurableFunctions } from '../versions.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
  /** Expiry of the credentials (epoch ms); absent if unknown. */
  readonly expiresAt?: number;
}

/** Facts that several checks use. Each is read once, on first use. */
export class Facts {
  readonly target: Target;
  /** How far this machine's clock is ahead of AWS (ms). Known after the first response, even if it is an error. */
  skewMs: number | undefined;
  readonly caller: () => Promise<Caller>;
  readonly stack: () => Promise<StackDescription | undefined>;
  readonly functions: () => Promise<DurableFunction[]>;
  /** The executions of running orders, oldest first. */
  readonly running: () => Promise<ListedExecution[]>;

  constructor(target: Target) {
    this.target = target;
    this.caller = memoize(() => this.#readCaller());
    this.stack = memoize(() => describeStack(target));
    this.functions = memoize(async () =>
      listDurableFunctions({ target, outputs: await this.outputs() }),
    );
    this.running = memoize(async () =>
      listRunningExecutions({ target, outputs: await this.outputs() }),
    );
  }

  /** The stack's outputs; empty if the stack does not exist. */
  async outputs(): Promise<StackOutputs> {
    const stack = await this.stack();
    return stack ? parseOutputs(stack) : {};
  }

  async #readCaller(): Promise<Caller> {
    const { GetCallerIdentityCommand } = await import('../../aws/sdk/sts.ts');
    const client = await this.target.clients.sts();
    const credentials = await client.config.credentials();
    const command = new GetCallerIdentityCommand({});
    // This step runs before errors are thrown, so that it also sees error responses.
    command.middlewareStack.add(
      (next) => async (args) => {
        const sentAt = Date.now();
        const result = await next(args);
        const { headers = {} } = result.response as { headers?: Record<string, string> };
        const at = Date.parse(headers['date'] ?? '');
        // The header is truncated to whole seconds: add the average error of half a second.
        if (!Number.isNaN(at)) this.skewMs = (sentAt + Date.now()) / 2 - (at + 500);
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    const { Account = '', Arn = '' } = await client.send(command);
    const expiresAt = credentials.expiration?.getTime();
    return { account: Account, arn: Arn, ...(expiresAt === undefined ? {} : { expiresAt }) };
  }
}

function memoize<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}
