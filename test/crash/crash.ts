import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalEvent } from '../../functions/contract/order.ts';
import { isEnd, type OrderStatus } from '../../functions/contract/workflow.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import { endOf } from '../../src/deploy/events.ts';
import { resolveTarget } from '../../src/environment/resolve-target.ts';
import { type Chance, chanceOf } from '../support/random.ts';
import { openLedger } from './ledger.ts';
import { initialStock, ordersOf, type Placed, products } from './orders.ts';
import { aRuntimeProcess, type RuntimeProcess } from './runtime-process.ts';
import { booksOf, executionsOf, historyProblems, problemsOf } from './verdict.ts';

/** Waits of the workflow pass in half a second and less. */
const timeScale = 600;
const longestRun = 300_000;
const both = ['OrderProcessingFunctionArn', 'OrderRecoveryFunctionArn'];

export interface CrashReport {
  readonly seed: number;
  readonly orders: number;
  readonly runtimeKills: number;
  readonly environmentKills: number;
  /** Milliseconds that the runtime took to start again; the longest. */
  readonly slowestStart: number;
  readonly seconds: number;
  /** Writes that were acknowledged meanwhile. */
  readonly writes: number;
  /** What is not as it should be. */
  readonly problems: readonly string[];
}

/**
 * Has orders on their way while the runtime and the processes of its handlers are killed at moments that the seed draws,
 * until all have ended, and looks at everything that they left.
 */
export async function crash(options: {
  seed: number;
  orders: number;
  kills: number;
}): Promise<CrashReport> {
  const chance = chanceOf(options.seed);
  const began = performance.now();
  const runtime = await aRuntimeProcess({ timeScale });
  try {
    await runtime.start();
    const stack = await deployTo(runtime);
    const placed = ordersOf(chance, options.orders);
    await stack.stock();
    const ledger = await openLedger(stack.client);
    const submitted = stack.submit(placed);
    const kills = await killAround(runtime, chance, options.kills);
    await ledger.close();
    await submitted;
    await stack.ended(placed);
    await stack.quiet();
    return {
      seed: options.seed,
      orders: placed.length,
      ...kills,
      seconds: (performance.now() - began) / 1000,
      writes: ledger.size(),
      problems: [...(await ledger.problems()), ...(await stack.problems(placed))],
    };
  } finally {
    await runtime.close();
  }
}

/** Kills the runtime or one of its environments, again and again. */
async function killAround(runtime: RuntimeProcess, chance: Chance, kills: number) {
  let runtimeKills = 0;
  let environmentKills = 0;
  let slowestStart = 0;
  while (runtimeKills + environmentKills < kills) {
    await delay(chance.between(20, 400));
    const environments = runtime.environments();
    if (chance.percent(50) && environments.length > 0) {
      process.kill(chance.pick(environments), 'SIGKILL');
      environmentKills += 1;
    } else {
      await runtime.kill();
      slowestStart = Math.max(slowestStart, await runtime.start());
      runtimeKills += 1;
    }
  }
  return { runtimeKills, environmentKills, slowestStart };
}

/** The stack on the runtime, and what is asked of it; every request is made until it is answered. */
async function deployTo({ root, url }: RuntimeProcess) {
  const target = await resolveTarget(
    { env: 'local' },
    { cwd: root, variables: {}, ensureRuntime: async () => ({ url, timeScale }) },
  );
  const { outputs } = await endOf(deploy(target));
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'crash', secretAccessKey: 'crash' },
    maxAttempts: 1,
  };
  const lambda = new LambdaClient(config);
  const client = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(client);
  const books = await booksOf(client);

  async function submit({ orderId, order }: Placed): Promise<void> {
    await insist(() =>
      lambda.send(
        new InvokeCommand({
          FunctionName: outputs['OrderProcessingAliasArn'],
          InvocationType: 'Event',
          DurableExecutionName: orderId,
          Payload: canonicalEvent({ orderId, order }),
        }),
      ),
    );
  }

  async function statuses(orderIds: readonly string[]): Promise<Map<string, OrderStatus>> {
    const table = outputs['OrdersTableName'] ?? '';
    const Keys = orderIds.map((orderId) => ({ orderId }));
    const batch = new BatchGetCommand({
      RequestItems: { [table]: { Keys, ConsistentRead: true } },
    });
    const { Responses } = await insist(() => documents.send(batch));
    return new Map(Responses?.[table]?.map(({ orderId, status }) => [orderId, status]));
  }

  return {
    client,
    stock: () =>
      Promise.all(
        products.map((productId) => {
          const Item = { productId, available: initialStock, reserved: 0 };
          return documents.send(new PutCommand({ TableName: books.nameOf('ProductsTable'), Item }));
        }),
      ),
    submit: (placed: readonly Placed[]) => Promise.all(placed.map(submit)),
    async ended(placed: readonly Placed[]): Promise<void> {
      const open = new Set(placed.map(({ orderId }) => orderId));
      for (const until = Date.now() + longestRun; open.size > 0; ) {
        const some = [...open].slice(0, 100);
        for (const [orderId, status] of await statuses(some))
          if (isEnd(status)) open.delete(orderId);
        if (Date.now() > until) throw new Error(`Orders hang: ${[...open].join(', ')}`);
        await delay(50);
      }
    },
    /** The recovery of an order looks once more at one that has ended by itself. */
    async quiet(): Promise<void> {
      const functions = both.map((name) => outputs[name] ?? '');
      for (const until = Date.now() + longestRun; Date.now() < until; ) {
        const running = await Promise.all(
          functions.map((name) => insist(() => executionsOf(lambda, name, ['RUNNING']))),
        );
        if (running.flat().length === 0) return;
        await delay(50);
      }
    },
    async problems(placed: readonly Placed[]): Promise<string[]> {
      const problems: string[] = [];
      for (const name of both) {
        const arns = await executionsOf(lambda, outputs[name] ?? '');
        if (name === 'OrderProcessingFunctionArn' && arns.length !== placed.length) {
          problems.push(`${arns.length} executions of ${placed.length} orders`);
        }
        for (const arn of arns) problems.push(...(await historyProblems(lambda, arn)));
      }
      return [...problems, ...(await problemsOf(placed, books))];
    },
  };
}

/** Asks until there is an answer. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + longestRun; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(20);
    }
  }
}
