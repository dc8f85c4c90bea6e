import type { Stack } from '@aws-sdk/client-cloudformation';
import { describeStack, outputsOf, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { ListedExecution } from '../../orders/lookup/executions.ts';
import { findRunning } from '../running.ts';
import { type DurableFunction, durableFunctions } from '../versions.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
  /** When the credentials end to be valid, epoch ms; absent where that is not known. */
  readonly expiresAt?: number;
}

/** What several checks look at, each asked for once. */
export class Facts {
  readonly target: Target;
  /** How far this machine's clock is ahead of that of AWS, ms; known once anything was answered, a refusal as well. */
  skewMs: number | undefined;
  readonly caller: () => Promise<Caller>;
  readonly stack: () => Promise<Stack | undefined>;
  readonly functions: () => Promise<DurableFunction[]>;
  /** The orders on their way, the oldest first. */
  readonly running: () => Promise<ListedExecution[]>;

  constructor(target: Target) {
    this.target = target;
    this.caller = once(() => this.#askCaller());
    this.stack = once(() => describeStack(target));
    this.functions = once(async () => durableFunctions(target, await this.outputs()));
    this.running = once(async () => findRunning(target, await this.outputs()));
  }

  /** None where there is no stack. */
  async outputs(): Promise<StackOutputs> {
    const stack = await this.stack();
    return stack ? outputsOf(stack) : {};
  }

  async #askCaller(): Promise<Caller> {
    const { GetCallerIdentityCommand } = await import('../../aws/sdk/sts.ts');
    const client = await this.target.clients.sts();
    const credentials = await client.config.credentials();
    const command = new GetCallerIdentityCommand({});
    // Beside the parser, which a refusal does not get past.
    command.middlewareStack.add(
      (next) => async (args) => {
        const sentAt = Date.now();
        const result = await next(args);
        const { headers = {} } = result.response as { headers?: Record<string, string> };
        const at = Date.parse(headers['date'] ?? '');
        // The header has whole seconds: half of one is right on average.
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

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
