/** Records executions of durable functions on the local Lambda, and replays them with changed code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { expect, vi } from 'vitest';
import { copyCode } from '../../src/replay/code.ts';
import type { RecordedEvent, Recording } from '../../src/replay/recording.ts';
import { ReplayProcess } from '../../src/replay/replay-process.ts';
import type { Verdict } from '../../src/replay/verdict.ts';
import type { ReplayRequest } from '../../src/replay/worker/messages.ts';
import { bundleHandler } from '../local/lambda/bundle-handler.ts';
import { startLambda } from '../local/lambda/fixture.ts';

const waitOptions = { timeout: 20_000, interval: 50 };
const sdkName = '@aws/durable-execution-sdk-js';

/** A replay of one recording with one source of the function. */
export interface Replay {
  readonly source: string;
  readonly recording: Recording;
  readonly isThorough?: boolean;
  readonly assumed?: ReplayRequest['assumed'];
}

/** Calls the variant of the function that the input names. */
const dispatcher = `
export const handler = async (event, context) => {
  const [{ ExecutionDetails }] = event.InitialExecutionState.Operations;
  const { variant } = JSON.parse(ExecutionDetails.InputPayload);
  return (await import('./variant-' + variant + '.mjs')).handler(event, context);
};
`;

/** Prepares a folder with the SDK as one file, so that a changed function need not be bundled. */
export async function createReplayer() {
  const directory = mkdtempSync(join(tmpdir(), 'replay-'));
  const sdk = await bundleHandler(`export { withDurableExecution } from '${sdkName}'`);
  const toModule = (source: string) => source.replace(sdkName, './node_modules/sdk.mjs');
  const filesOf = (source: string) => ({
    'node_modules/sdk.mjs': sdk,
    'index.mjs': toModule(source),
  });

  /** Starts a process with these files, and sends it the requests one after another. */
  async function replayIn(
    files: Readonly<Record<string, string>>,
    requests: readonly ReplayRequest[],
  ): Promise<Verdict[]> {
    const folder = mkdtempSync(join(directory, 'code-'));
    mkdirSync(join(folder, 'node_modules'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const code = copyCode(folder, { handler: 'index.handler', build: resolve('dist') });
    const replayProcess = new ReplayProcess(code, {});
    try {
      const verdicts: Verdict[] = [];
      for (const request of requests) verdicts.push(await replayProcess.replay(request));
      return verdicts;
    } finally {
      replayProcess.stop();
      code.dispose();
    }
  }

  /** Replays recordings with a source of the function. */
  function replayWith(
    source: string,
    recordings: readonly Recording[],
    { isThorough = false, assumed = {} } = {},
  ): Promise<Verdict[]> {
    const requests = recordings.map((recording) => ({ recording, isThorough, assumed }));
    return replayIn(filesOf(source), requests);
  }

  /** Replays recordings, each with its own source, in one process. */
  function replayEach(replays: readonly Replay[]): Promise<Verdict[]> {
    const variants = replays.map(({ source }, index) => [`variant-${index}.mjs`, toModule(source)]);
    const requests = replays.map(({ recording, isThorough = false, assumed = {} }, variant) => {
      const input = JSON.stringify({ ...JSON.parse(recording.input ?? '{}'), variant });
      return { recording: { ...recording, input }, isThorough, assumed };
    });
    return replayIn({ ...filesOf(dispatcher), ...Object.fromEntries(variants) }, requests);
  }

  return {
    directory,
    filesOf,
    replayWith,
    replayEach,
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Starts Lambda with functions to record. */
export async function startRecorder() {
  const lambda = await startLambda({ speed: 20 });

  async function start(FunctionName: string, name: string, input: object): Promise<string> {
    const response = await lambda.client.send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'Event',
        DurableExecutionName: name,
        Payload: JSON.stringify(input),
      }),
    );
    return response.DurableExecutionArn ?? '';
  }

  async function readEvents(arn: string): Promise<RecordedEvent[]> {
    const { Events } = await lambda.client.send(
      new GetDurableExecutionHistoryCommand({
        DurableExecutionArn: arn,
        IncludeExecutionData: true,
        MaxItems: 1000,
      }),
    );
    return JSON.parse(JSON.stringify(Events)) as RecordedEvent[];
  }

  return {
    lambda,
    start,

    /** Waits until an execution is suspended at its callback, and returns the id of the callback. */
    findCallback: (arn: string): Promise<string> =>
      vi.waitFor(async () => {
        const events = await readEvents(arn);
        const started = events.find(({ EventType }) => EventType === 'CallbackStarted');
        expect(started).toBeDefined();
        expect(events.at(-1)?.EventType).toBe('InvocationCompleted');
        const details = started?.['CallbackStartedDetails'] as { CallbackId: string } | undefined;
        return details?.CallbackId ?? '';
      }, waitOptions),

    complete: async (CallbackId: string | undefined, Result: string): Promise<void> => {
      await lambda.client.send(
        new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result }),
      );
    },

    waitForEnd: async (arn: string): Promise<void> => {
      const read = () =>
        lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
      await vi.waitFor(async () => expect((await read()).Status).toBe('SUCCEEDED'), waitOptions);
    },

    record: async (arn: string, input: object): Promise<Recording> => {
      const events = await readEvents(arn);
      const status = String(events.at(-1)?.EventType);
      return {
        arn,
        name: arn.split('/').at(-2) ?? '',
        status,
        input: JSON.stringify(input),
        environment: {},
        events,
      };
    },
  };
}
