/**
 * The baseline for the local runtime's throughput. It runs the same function bundle in the same processes with the real SDK
 * clients, against a stub that commits every request to disk and returns the responses that the workflow expects. The
 * difference to this baseline is the cost of the runtime.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryFlags } from '../src/local/lambda/handler-process.ts';
import { openStore } from '../src/local/store/store.ts';

interface Operation {
  readonly Id: string;
  readonly Type: string;
  Status: string;
  readonly [more: string]: unknown;
}

interface Update {
  readonly Id: string;
  readonly Type: string;
  readonly Action: string;
  readonly Name?: string;
  readonly SubType?: string;
  readonly Payload?: string;
}

export interface FloorOptions {
  readonly directory: string;
  readonly bundle: string;
  readonly bootstrap: string;
  /** Input of every order (JSON). */
  readonly event: string;
}

export interface Floor {
  /** Runs `count` orders, one after another in each handler process. Returns the elapsed time (seconds). */
  run(count: number): Promise<number>;
  close(): void;
}

/** Starts the stub in a separate process: the runtime is a separate process, too. */
export function startFloor(options: FloorOptions): Floor {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)]);
  return {
    run: (count) =>
      new Promise((resolve, reject) => {
        const onExit = () => reject(new Error('The floor has ended'));
        child.once('exit', onExit);
        child.once('message', (seconds: number) => {
          child.off('exit', onExit);
          resolve(seconds);
        });
        child.send(count);
      }),
    close: () => void child.kill(),
  };
}

/** Starts the stub and as many handler processes as the runtime has. For each received count, sends the elapsed seconds. */
async function serveFloor(options: FloorOptions): Promise<void> {
  const store = openStore(join(options.directory, 'floor.sqlite'));
  store.schema('create table log (body blob)');
  const executions = new Map<string, Map<string, Operation>>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    const text = buildResponse(request, body, executions);
    store.transact(() => store.sql('insert into log values (?)').run(body));
    await store.committed();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    response.end(text);
  };
  const server = createServer(
    { noDelay: true, keepAliveTimeout: 60_000 },
    (request, response) => void serve(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const children = Array.from({ length: 2 * availableParallelism() + 2 }, () =>
    fork(options.bootstrap, [], {
      execArgv: ['--max-old-space-size=512', ...memoryFlags],
      env: buildEnvironment(endpoint, options),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    }),
  );
  let number = 0;

  async function runOrder(child: ChildProcess): Promise<void> {
    number += 1;
    const arn = `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/o/${number}`;
    const execution: Operation = {
      Id: String(number),
      Type: 'EXECUTION',
      Status: 'STARTED',
      StartTimestamp: new Date().toISOString(),
      ExecutionDetails: { InputPayload: options.event },
    };
    const operations = new Map([[execution.Id, execution]]);
    executions.set(arn, operations);
    for (;;) {
      const result = await invoke(child, arn, operations);
      if (result.Status === 'SUCCEEDED') break;
      if (result.Status !== 'PENDING')
        throw new Error(`The floor's order failed: ${result.Status}`);
      completeWaits(operations);
    }
    executions.delete(arn);
  }

  async function run(count: number): Promise<number> {
    const started = performance.now();
    let remaining = count;
    const work = async (child: ChildProcess) => {
      while (remaining-- > 0) await runOrder(child);
    };
    await Promise.all(children.map(work));
    return (performance.now() - started) / 1000;
  }

  process.on(
    'message',
    (count: number) => void run(count).then((seconds) => process.send?.(seconds)),
  );
}

/** Completes all waits immediately. */
function completeWaits(operations: ReadonlyMap<string, Operation>): void {
  for (const operation of operations.values()) {
    if (operation.Type === 'WAIT') operation.Status = 'SUCCEEDED';
  }
}

function buildEnvironment(endpoint: string, { bundle }: FloorOptions): Record<string, string> {
  const tables = ['ORDERS', 'PRODUCTS', 'PAYMENTS', 'LOYALTY', 'PROVIDER_CALLS'];
  return {
    AWS_REGION: 'us-east-2',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    LAMBDA_TASK_ROOT: bundle,
    _HANDLER: 'index.handler',
    ...Object.fromEntries(tables.map((name) => [`${name}_TABLE`, name])),
  };
}

function invoke(
  child: ChildProcess,
  arn: string,
  operations: Map<string, Operation>,
): Promise<{ Status: string }> {
  const event = {
    DurableExecutionArn: arn,
    CheckpointToken: 'token',
    InitialExecutionState: { Operations: [...operations.values()], NextMarker: '' },
  };
  return new Promise((resolve, reject) => {
    child.once('message', (message: { payload?: string; error?: { errorMessage: string } }) => {
      if (message.error) reject(new Error(message.error.errorMessage));
      else resolve(JSON.parse(message.payload ?? '{}'));
    });
    child.send({
      requestId: 'bench',
      event: JSON.stringify(event),
      deadline: Date.now() + 60_000,
      functionArn: arn,
    });
  });
}

/** Returns an empty DynamoDB response, or the response of a checkpoint. */
function buildResponse(
  request: IncomingMessage,
  body: Buffer,
  executions: Map<string, Map<string, Operation>>,
): string {
  if (request.headers['x-amz-target']) return '{"Responses":{}}';
  const arn = decodeURIComponent(request.url?.split('/')[3] ?? '');
  const operations = executions.get(arn) ?? new Map<string, Operation>();
  const { Updates = [] } = JSON.parse(body.toString()) as { Updates?: Update[] };
  const changed = Updates.map((update) => {
    const operation = toOperation(update);
    operations.set(update.Id, operation);
    return operation;
  });
  return JSON.stringify({ CheckpointToken: 'token', NewExecutionState: { Operations: changed } });
}

function toOperation({ Id, Type, Action, Name, SubType, Payload }: Update): Operation {
  const Status = Action === 'SUCCEED' ? 'SUCCEEDED' : 'STARTED';
  const now = Date.now() / 1000;
  const details =
    Type === 'WAIT'
      ? { WaitDetails: { ScheduledEndTimestamp: now + 300 } }
      : { StepDetails: { Attempt: 1, ...(Payload === undefined ? {} : { Result: Payload }) } };
  return { Id, Type, Name, SubType, Status, StartTimestamp: now, ...details };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const [serializedOptions] = process.argv.slice(2);
if (process.send && serializedOptions) await serveFloor(JSON.parse(serializedOptions));
