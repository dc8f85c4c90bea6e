import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalEvent } from '../../functions/contract/order.ts';
import { isTerminal, type OrderStatus } from '../../functions/contract/workflow.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import { awaitResult } from '../../src/deploy/events.ts';
import { resolveTarget } from '../../src/environment/resolve-target.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createRandom, type RandomSource } from '../support/random.ts';
import { startWriters } from './acknowledged-writes.ts';
import {
  createStackModel,
  findHistoryProblems,
  findProblems,
  listExecutions,
} from './find-problems.ts';
import { createOrders, initialStock, type PlacedOrder, products } from './orders.ts';
import { listOpen, pauseRepeatedly } from './pauses.ts';
import { maxRunMs, retryUntilSuccess } from './retry-until-success.ts';
import { createRuntimeProcess, type RuntimeProcess } from './runtime-process.ts';

/** At this speed, each wait of the workflow takes at most half a second. */
const timeScale = 600;
const functionOutputs = ['OrderProcessingFunctionArn', 'OrderRecoveryFunctionArn'];

export interface CrashReport {
  readonly seed: number;
  readonly orders: number;
  readonly runtimeKills: number;
  readonly environmentKills: number;
  /** Number of executions that were paused and resumed. */
  readonly pauses: number;
  /** Longest restart of the runtime (ms). */
  readonly slowestStart: number;
  readonly seconds: number;
  /** Number of writes that were acknowledged during the test. */
  readonly writes: number;
  /** Problems as sentences; empty if the test passed. */
  readonly problems: readonly string[];
}

/**
 * Submits orders, and kills the runtime and the processes of its handlers at random times that depend on the seed. After all orders
 * have ended, checks all their records and side effects.
 */
export async function runCrashTest(options: {
  seed: number;
  orders: number;
  kills: number;
}): Promise<CrashReport> {
  const random = createRandom(options.seed);
  const startedAt = performance.now();
  const runtime = await createRuntimeProcess({ timeScale });
  try {
    await runtime.start();
    const stack = await deployStack(runtime);
    const placed = createOrders(random, options.orders);
    await stack.addStock();
    const writers = await startWriters(stack.client);
    const submitted = stack.submit(placed);
    const pausing = stack.pauseRepeatedly(createRandom(options.seed + 1));
    const kills = await killRepeatedly(runtime, random, options.kills);
    await writers.close();
    const pauses = await pausing.close();
    await submitted;
    await stack.waitUntilEnded(placed);
    await stack.waitUntilIdle();
    return {
      seed: options.seed,
      orders: placed.length,
      ...kills,
      pauses,
      seconds: (performance.now() - startedAt) / 1000,
      writes: writers.size(),
      problems: [...(await writers.problems()), ...(await stack.listProblems(placed))],
    };
  } finally {
    await runtime.close();
  }
}

/** Kills the runtime or one of its environments at random, `kills` times in all. */
async function killRepeatedly(runtime: RuntimeProcess, random: RandomSource, kills: number) {
  let runtimeKills = 0;
  let environmentKills = 0;
  let slowestStart = 0;
  while (runtimeKills + environmentKills < kills) {
    await delay(random.between(20, 400));
    const environments = runtime.environments();
    if (random.percent(50) && environments.length > 0) {
      process.kill(random.pick(environments), 'SIGKILL');
      environmentKills += 1;
    } else {
      await runtime.kill();
      slowestStart = Math.max(slowestStart, await runtime.start());
      runtimeKills += 1;
    }
  }
  return { runtimeKills, environmentKills, slowestStart };
}

/** Deploys the stack to the runtime. The returned functions repeat each request until it succeeds. */
async function deployStack({ root, url }: RuntimeProcess) {
  const target = await resolveTarget(
    { env: 'local' },
    { cwd: root, variables: {}, ensureRuntime: async () => ({ url, timeScale }) },
  );
  const { outputs } = await awaitResult(deploy(target));
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: projectCredentials(root),
    maxAttempts: 1,
  };
  const lambda = new LambdaClient(config);
  const client = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(client);
  const model = await createStackModel(client);

  async function submit({ orderId, order }: PlacedOrder): Promise<void> {
    await retryUntilSuccess(() =>
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
    const { Responses } = await retryUntilSuccess(() => documents.send(batch));
    return new Map(Responses?.[table]?.map(({ orderId, status }) => [orderId, status]));
  }

  return {
    client,
    addStock: () =>
      Promise.all(
        products.map((productId) => {
          const Item = { productId, available: initialStock, reserved: 0 };
          return documents.send(
            new PutCommand({ TableName: model.tableName('ProductsTable'), Item }),
          );
        }),
      ),
    submit: (placed: readonly PlacedOrder[]) => Promise.all(placed.map(submit)),
    pauseRepeatedly: (choose: RandomSource) =>
      pauseRepeatedly({ lambda, functionArn: outputs[functionOutputs[0] ?? ''] ?? '' }, choose),
    async waitUntilEnded(placed: readonly PlacedOrder[]): Promise<void> {
      const open = new Set(placed.map(({ orderId }) => orderId));
      for (const until = Date.now() + maxRunMs; open.size > 0; ) {
        const some = [...open].slice(0, 100);
        for (const [orderId, status] of await statuses(some))
          if (isTerminal(status)) open.delete(orderId);
        if (Date.now() > until) throw new Error(`Orders have not ended: ${[...open].join(', ')}`);
        await delay(50);
      }
    },
    /** Waits until no execution is running: recovery also checks orders that ended normally. */
    async waitUntilIdle(): Promise<void> {
      const functions = functionOutputs.map((name) => outputs[name] ?? '');
      for (const until = Date.now() + maxRunMs; Date.now() < until; ) {
        const running = await Promise.all(
          functions.map((name) => retryUntilSuccess(() => listOpen(lambda, name))),
        );
        if (running.flat().length === 0) return;
        await delay(50);
      }
    },
    async listProblems(placed: readonly PlacedOrder[]): Promise<string[]> {
      const problems: string[] = [];
      for (const name of functionOutputs) {
        const arns = await listExecutions(lambda, outputs[name] ?? '');
        if (name === 'OrderProcessingFunctionArn' && arns.length !== placed.length) {
          problems.push(`${arns.length} executions of ${placed.length} orders`);
        }
        for (const arn of arns) problems.push(...(await findHistoryProblems(lambda, arn)));
      }
      return [...problems, ...(await findProblems(placed, model))];
    },
  };
}
