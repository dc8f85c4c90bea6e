import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { createEvents } from '../../../src/local/events/service.ts';
import { createLambda } from '../../../src/local/lambda/service.ts';
import { createLogs } from '../../../src/local/logs/service.ts';
import { startClock } from '../../../src/local/shared/clock.ts';
import { createSqs } from '../../../src/local/sqs/service.ts';
import { openStore } from '../../../src/local/store/store.ts';
import { serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testKeys, testVerifier } from '../../support/credentials.ts';

interface Options {
  readonly speed?: number;
  /** Virtual time at the start (ms). */
  readonly from?: number;
  /** State directory of an earlier runtime, whose state is resumed. */
  readonly directory?: string;
  /** Chooses between the versions of an alias. */
  readonly random?: () => number;
}

/** Starts Lambda with its own store and server. Functions are created from source text. */
export async function startLambda({
  speed = 1,
  from = 0,
  directory: earlierDirectory,
  random,
}: Options = {}) {
  const directory = earlierDirectory ?? mkdtempSync(join(tmpdir(), 'lambda-'));
  const store = openStore(join(directory, 'state.sqlite'));
  const clock = startClock({ from, speed });
  let url = '';
  const logs = createLogs({ store });
  const region = 'us-east-2';
  const sqs = createSqs({ store, region, url: () => url });
  const events = createEvents({ store, region, sqs });
  const endpoint = () => url;
  const lambda = createLambda({
    store,
    clock,
    logs,
    directory,
    events,
    sqs,
    endpoint,
    credentials: testKeys,
    ...(random ? { random } : {}),
  });
  const services = [lambda.service, logs.service, sqs.service];
  const server = await serve({ services, store, port: 0, verifier: testVerifier });
  url = server.url;
  lambda.start();
  events.start(lambda);
  const config = {
    region: 'us-east-2',
    endpoint: url,
    credentials: testCredentials,
  };
  const client = new LambdaClient(config);

  interface FunctionInput {
    /** Source of `index.mjs`, or the files of the archive. */
    readonly code: string | Readonly<Record<string, string>>;
    readonly runtime?: string;
    readonly handler?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly timeout?: number;
    /** Execution timeout (seconds); absent for a function that is not durable. */
    readonly durable?: number;
    readonly deadLetterArn?: string;
    readonly logFormat?: 'JSON' | 'Text';
    /** Memory (MB). */
    readonly memory?: number;
  }

  /** Creates a function and publishes version 1. */
  function put(
    name: string,
    { code, timeout = 20, durable, deadLetterArn, ...changes }: FunctionInput,
  ): void {
    const files = typeof code === 'string' ? { 'index.mjs': code } : code;
    const entries = Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const);
    // Not compressed: that takes longer than everything else that the runtime does with an archive.
    const bytes = Buffer.from(zipSync(Object.fromEntries(entries), { level: 0 }));
    const input = {
      FunctionName: name,
      Runtime: changes.runtime ?? 'nodejs24.x',
      Handler: changes.handler ?? 'index.handler',
      Role: 'r',
      Timeout: timeout,
      MemorySize: changes.memory ?? 256,
      LoggingConfig: { LogFormat: changes.logFormat ?? 'JSON', LogGroup: `/${name}` },
      ...(changes.environment ? { Environment: { Variables: changes.environment } } : {}),
      ...(deadLetterArn ? { DeadLetterConfig: { TargetArn: deadLetterArn } } : {}),
      ...(durable
        ? { DurableConfig: { ExecutionTimeout: durable, RetentionPeriodInDays: 1 } }
        : {}),
    };
    lambda.put(input, bytes);
    lambda.publish(name);
  }

  /** Invokes version 1 of a function. */
  const invoke = async (FunctionName: string, changes: Partial<InvokeCommand['input']> = {}) => {
    const response = await client.send(
      new InvokeCommand({ FunctionName, Qualifier: '1', ...changes }),
    );
    return { ...response, text: Buffer.from(response.Payload ?? []).toString() };
  };

  const history = async (arn: string | undefined, changes: object = {}) => {
    const command = new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn, ...changes });
    return client.send(command);
  };

  return {
    directory,
    store,
    clock,
    events,
    sqs,
    functions: lambda,
    client,
    config,
    put,
    remove: (name: string) => lambda.remove(name),
    running: () => lambda.running(),
    invoke,
    history,
    async close({ keep = false } = {}) {
      await server.close();
      events.close();
      await lambda.close();
      clock.close();
      store.close();
      if (!keep) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The event of an invocation of a durable handler. */
export interface Invoked {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly InitialExecutionState: { Operations: { Id: string }[]; NextMarker: string };
}

/** An invocation of a manual handler. `answer` sets its output. */
export interface HandlerInvocation {
  readonly event: Invoked;
  readonly respond: (output: object) => void;
}

/**
 * Starts a durable handler that the test controls: `next()` returns each invocation, and the handler returns the test's answer.
 */
export async function startManualHandler() {
  const waitingTests: ((invocation: HandlerInvocation) => void)[] = [];
  const pending: HandlerInvocation[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      const invocation: HandlerInvocation = {
        event: JSON.parse(text) as Invoked,
        respond: (output) => void response.end(JSON.stringify(output)),
      };
      const taker = waitingTests.shift();
      if (taker) taker(invocation);
      else pending.push(invocation);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const code = `export const handler = async (event) =>
    (await fetch('${url}', { method: 'POST', body: JSON.stringify(event) })).json();`;
  return {
    code,
    next: () =>
      new Promise<HandlerInvocation>((resolve) => {
        const ready = pending.shift();
        if (ready) resolve(ready);
        else waitingTests.push(resolve);
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
