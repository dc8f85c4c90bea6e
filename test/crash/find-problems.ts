import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  type Event,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  type LambdaClient,
  ListDurableExecutionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { totalMinor } from '../../functions/contract/order.ts';
import type { Outcome } from '../functions/model/order.ts';
import { createSideEffectModel, type SideEffectModel } from '../functions/model/side-effects.ts';
import { initialStock, type PlacedOrder, products } from './orders.ts';

/** Returns the side effects of the stack behind `client`, with a function that returns the name of a table. */
export async function createStackModel(
  client: DynamoDBClient,
): Promise<SideEffectModel & { tableName: (table: string) => string }> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const tableName = (table: string) =>
    TableNames.find((name) => name.includes(`-${table}-`)) ?? table;
  return { ...createSideEffectModel(DynamoDBDocumentClient.from(client), tableName), tableName };
}

/** Returns the problems of ended orders as sentences; empty if nothing was lost or done twice. */
export async function findProblems(
  orders: readonly PlacedOrder[],
  model: SideEffectModel,
): Promise<string[]> {
  const problems: string[] = [];
  const outcomes = new Map<string, Outcome>();
  for (const { orderId, order, expected } of orders) {
    const record = await model.recordOf(orderId);
    if (!record) {
      problems.push(`${orderId}: lost`);
      continue;
    }
    const outcome = await model.outcomeOf(orderId);
    outcomes.set(orderId, outcome);
    if (!isDeepStrictEqual(outcome, expected)) {
      problems.push(
        `${orderId}: is ${JSON.stringify(outcome)} and should be ${JSON.stringify(expected)}`,
      );
    }
    const paid = await model.paidFor(orderId);
    const due = outcome.end === 'completed' || outcome.end === 'flagged' ? totalMinor(order) : 0;
    if (paid !== due) problems.push(`${orderId}: ${paid} paid, ${due} due`);
    for (const [message, times] of Object.entries(await model.messagesOf(orderId))) {
      if (times !== 1) problems.push(`${orderId}: ${message} ${times} times`);
    }
  }
  problems.push(...(await stockProblems(orders, outcomes, model)));
  problems.push(...(await pointProblems(orders, outcomes, model)));
  return problems;
}

async function stockProblems(
  orders: readonly PlacedOrder[],
  outcomes: ReadonlyMap<string, Outcome>,
  model: SideEffectModel,
): Promise<string[]> {
  const problems: string[] = [];
  for (const product of products) {
    const moved = { held: 0, 'handed-over': 0, released: 0, none: 0 };
    for (const { orderId, order } of orders) {
      for (const { productId, quantity } of order.items) {
        if (productId === product) moved[outcomes.get(orderId)?.stock ?? 'none'] += quantity;
      }
    }
    const expected = {
      available: initialStock - moved.held - moved['handed-over'],
      reserved: moved.held,
      sold: moved['handed-over'],
    };
    const { available, reserved, sold = 0 } = (await model.stockOf(product)) ?? {};
    const stock = { available, reserved, sold };
    if (!isDeepStrictEqual(stock, expected)) {
      problems.push(`${product}: ${JSON.stringify(stock)}, should be ${JSON.stringify(expected)}`);
    }
  }
  return problems;
}

async function pointProblems(
  orders: readonly PlacedOrder[],
  outcomes: ReadonlyMap<string, Outcome>,
  model: SideEffectModel,
): Promise<string[]> {
  const due = new Map<string, number>();
  for (const { orderId, order } of orders) {
    const points = outcomes.get(orderId)?.points ? Math.floor(totalMinor(order) / 1000) : 0;
    due.set(order.customerId, (due.get(order.customerId) ?? 0) + points);
  }
  const problems: string[] = [];
  for (const [customerId, points] of due) {
    const actual = await model.pointsOf(customerId);
    if (actual !== points) problems.push(`${customerId}: ${actual} points, should be ${points}`);
  }
  return problems;
}

/** Returns the ARNs of a function's executions, or only of its running executions. */
export async function listExecutions(
  lambda: LambdaClient,
  FunctionName: string,
  status?: string,
): Promise<string[]> {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.send(
      new ListDurableExecutionsByFunctionCommand({
        FunctionName,
        Qualifier: 'live',
        Marker,
        ...(status ? { Statuses: [status as 'RUNNING'] } : {}),
      }),
    );
    for (const { DurableExecutionArn } of page.DurableExecutions ?? []) {
      if (DurableExecutionArn) arns.push(DurableExecutionArn);
    }
    Marker = page.NextMarker;
  } while (Marker);
  return arns;
}

/** Returns the problems of an ended execution's history as sentences: gaps, duplicates, ends without a start. */
export async function findHistoryProblems(lambda: LambdaClient, arn: string): Promise<string[]> {
  const { Status } = await lambda.send(
    new GetDurableExecutionCommand({ DurableExecutionArn: arn }),
  );
  const events: Event[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn, MaxItems: 25, Marker }),
    );
    events.push(...(page.Events ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  const name = arn.split('/').at(-2) ?? arn;
  return [...checkHistory(events, Status)].map((problem) => `${name}: ${problem}`);
}

function* checkHistory(events: readonly Event[], status: string | undefined): Generator<string> {
  if (status === 'RUNNING') yield 'is still running';
  for (const [index, { EventId }] of events.entries()) {
    if (EventId !== index + 1) yield `event ${EventId} is number ${index + 1}`;
  }
  const types = events.map(({ EventType = '' }) => EventType);
  if (types[0] !== 'ExecutionStarted') yield `starts with ${types[0]}`;
  const ends = types.filter((type) => /^Execution(Succeeded|Failed|Stopped|TimedOut)$/.test(type));
  if (ends.length !== 1 || types.at(-1) !== ends[0]) yield `has the ends ${ends.join(', ')}`;
  yield* checkOperations(events, status);
}

function* checkOperations(events: readonly Event[], status: string | undefined): Generator<string> {
  const started = new Set<string>();
  const ended = new Set<string>();
  for (const { EventType = '', Id = '', Name = '', StepFailedDetails } of events) {
    if (!/^(Step|Wait|Context|Callback|ChainedInvoke)/.test(EventType)) continue;
    if (ended.has(Id)) yield `${Name} has ${EventType} after its end`;
    if (EventType.endsWith('Started')) started.add(Id);
    else if (!started.has(Id)) yield `${Name} has ${EventType} but did not start`;
    else if (!isRetry(StepFailedDetails)) ended.add(Id);
  }
  for (const id of started) if (!ended.has(id) && status === 'SUCCEEDED') yield `${id} did not end`;
}

const isRetry = (failed: Event['StepFailedDetails']) =>
  failed?.RetryDetails?.NextAttemptDelaySeconds !== undefined;
