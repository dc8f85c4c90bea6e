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
import { type Books, openBooks } from '../functions/model/side-effects.ts';
import { initialStock, type Placed, products } from './orders.ts';

/** The books of the stack behind `client`. */
export async function booksOf(
  client: DynamoDBClient,
): Promise<Books & { nameOf: (table: string) => string }> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const nameOf = (table: string) => TableNames.find((name) => name.includes(`-${table}-`)) ?? table;
  return { ...openBooks(DynamoDBDocumentClient.from(client), nameOf), nameOf };
}

/** What is not as it should be of orders that have all ended; empty when nothing was lost or done twice. */
export async function problemsOf(placed: readonly Placed[], books: Books): Promise<string[]> {
  const problems: string[] = [];
  const outcomes = new Map<string, Outcome>();
  for (const { orderId, order, expected } of placed) {
    const record = await books.recordOf(orderId);
    if (!record) {
      problems.push(`${orderId}: lost`);
      continue;
    }
    const outcome = await books.outcomeOf(orderId);
    outcomes.set(orderId, outcome);
    if (!isDeepStrictEqual(outcome, expected)) {
      problems.push(
        `${orderId}: is ${JSON.stringify(outcome)} and should be ${JSON.stringify(expected)}`,
      );
    }
    const paid = await books.paidFor(orderId);
    const due = outcome.end === 'completed' || outcome.end === 'flagged' ? totalMinor(order) : 0;
    if (paid !== due) problems.push(`${orderId}: ${paid} paid, ${due} due`);
    for (const [message, times] of Object.entries(await books.messagesOf(orderId))) {
      if (times !== 1) problems.push(`${orderId}: ${message} ${times} times`);
    }
  }
  problems.push(...(await stockProblems(placed, outcomes, books)));
  problems.push(...(await pointProblems(placed, outcomes, books)));
  return problems;
}

async function stockProblems(
  placed: readonly Placed[],
  outcomes: ReadonlyMap<string, Outcome>,
  books: Books,
): Promise<string[]> {
  const problems: string[] = [];
  for (const product of products) {
    const moved = { held: 0, 'handed-over': 0, released: 0, none: 0 };
    for (const { orderId, order } of placed) {
      for (const { productId, quantity } of order.items) {
        if (productId === product) moved[outcomes.get(orderId)?.stock ?? 'none'] += quantity;
      }
    }
    const expected = {
      available: initialStock - moved.held - moved['handed-over'],
      reserved: moved.held,
      sold: moved['handed-over'],
    };
    const { available, reserved, sold = 0 } = (await books.stockOf(product)) ?? {};
    const stock = { available, reserved, sold };
    if (!isDeepStrictEqual(stock, expected)) {
      problems.push(`${product}: ${JSON.stringify(stock)}, should be ${JSON.stringify(expected)}`);
    }
  }
  return problems;
}

async function pointProblems(
  placed: readonly Placed[],
  outcomes: ReadonlyMap<string, Outcome>,
  books: Books,
): Promise<string[]> {
  const due = new Map<string, number>();
  for (const { orderId, order } of placed) {
    const points = outcomes.get(orderId)?.points ? Math.floor(totalMinor(order) / 1000) : 0;
    due.set(order.customerId, (due.get(order.customerId) ?? 0) + points);
  }
  const problems: string[] = [];
  for (const [customerId, points] of due) {
    const has = await books.pointsOf(customerId);
    if (has !== points) problems.push(`${customerId}: ${has} points, should be ${points}`);
  }
  return problems;
}

/** The ARNs of a function's executions, or of those that run. */
export async function executionsOf(
  lambda: LambdaClient,
  FunctionName: string,
  Statuses?: ['RUNNING'],
): Promise<string[]> {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.send(
      new ListDurableExecutionsByFunctionCommand({
        FunctionName,
        Qualifier: 'live',
        Marker,
        Statuses,
      }),
    );
    for (const { DurableExecutionArn } of page.DurableExecutions ?? []) {
      if (DurableExecutionArn) arns.push(DurableExecutionArn);
    }
    Marker = page.NextMarker;
  } while (Marker);
  return arns;
}

/** What is wrong with the history of a closed execution: gaps, doubles, ends without a beginning. */
export async function historyProblems(lambda: LambdaClient, arn: string): Promise<string[]> {
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
  return [...inHistory(events, Status)].map((problem) => `${name}: ${problem}`);
}

function* inHistory(events: readonly Event[], status: string | undefined): Generator<string> {
  if (status === 'RUNNING') yield 'still runs';
  for (const [index, { EventId }] of events.entries()) {
    if (EventId !== index + 1) yield `event ${EventId} is number ${index + 1}`;
  }
  const types = events.map(({ EventType = '' }) => EventType);
  if (types[0] !== 'ExecutionStarted') yield `begins with ${types[0]}`;
  const ends = types.filter((type) => /^Execution(Succeeded|Failed|Stopped|TimedOut)$/.test(type));
  if (ends.length !== 1 || types.at(-1) !== ends[0]) yield `has the ends ${ends.join(', ')}`;
  const begun = new Set<string>();
  const ended = new Set<string>();
  for (const { EventType = '', Id = '', Name = '', StepFailedDetails } of events) {
    if (!/^(Step|Wait|Context|Callback|ChainedInvoke)/.test(EventType)) continue;
    if (ended.has(Id)) yield `${Name} goes on after its end with ${EventType}`;
    if (EventType.endsWith('Started')) begun.add(Id);
    else if (!begun.has(Id)) yield `${Name} has ${EventType} and never began`;
    else if (!isRetry(StepFailedDetails)) ended.add(Id);
  }
  for (const id of begun) if (!ended.has(id) && status === 'SUCCEEDED') yield `${id} never ended`;
}

const isRetry = (failed: Event['StepFailedDetails']) =>
  failed?.RetryDetails?.NextAttemptDelaySeconds !== undefined;
