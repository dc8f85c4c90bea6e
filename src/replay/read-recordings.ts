/** Reads recordings from Lambda and from files. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { Target } from '../environment/target.ts';
import { readPageUnlimited } from '../orders/lookup/history.ts';
import { RateLimiter } from '../orders/requests/rate-limiter.ts';
import { UserError } from '../user-error.ts';
import { parseExecutionName } from './read-all.ts';
import { findEnd, type RecordedEvent, type Recording } from './recording.ts';

/** Settings of a function version. */
interface FunctionSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly handler: string;
}

/** Reads recordings of executions. The versions of each function are read once. */
export class RecordingReader {
  readonly #target: Target;
  readonly #limiter: RateLimiter;
  readonly #versions = new Map<string, Promise<Map<string, FunctionConfiguration>>>();

  /** `readRate`: maximum number of pages of histories per second. */
  constructor(target: Target, readRate: number) {
    this.#target = target;
    this.#limiter = new RateLimiter(readRate);
  }

  /** Reads one execution. Throws a UserError if Lambda no longer retains its history (exit 5), or its function is not JavaScript. */
  async read(arn: string): Promise<Recording> {
    const events = await this.#readEvents(arn);
    const { environment } = await this.readSettings(arn.split('/durable-execution/')[0] ?? arn);
    return toRecording(arn, { events, environment });
  }

  async #readEvents(arn: string): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let marker: string | undefined;
    do {
      await this.#limiter.acquire();
      const page = await readPageUnlimited(this.#target, arn, { marker, data: true });
      events.push(...page.events.map(toRecordedEvent));
      marker = page.next;
    } while (marker);
    return events;
  }

  /**
   * Reads the settings of a function version, by name or ARN. `$LATEST` replaces an alias and a version that was deleted.
   * Throws a UserError for a runtime other than Node.js (exit 2).
   */
  async readSettings(text: string): Promise<FunctionSettings> {
    const [, name = text, qualifier = ''] =
      /^(?:.*:function:)?([^:]+)(?::([^:]+))?$/.exec(text) ?? [];
    const versions = this.#versions.get(name) ?? this.#readVersions(name);
    this.#versions.set(name, versions);
    const known = await versions;
    return toSettings(name, known.get(qualifier) ?? known.get('$LATEST'));
  }

  async #readVersions(FunctionName: string): Promise<Map<string, FunctionConfiguration>> {
    const { ListVersionsByFunctionCommand } = await import('../aws/sdk/lambda.ts');
    const lambda = await this.#target.clients.lambda();
    const versions = new Map<string, FunctionConfiguration>();
    let Marker: string | undefined;
    do {
      const command = new ListVersionsByFunctionCommand({ FunctionName, Marker });
      const { Versions = [], NextMarker } = await lambda.send(command);
      for (const version of Versions) versions.set(version.Version ?? '', version);
      Marker = NextMarker;
    } while (Marker);
    return versions;
  }
}

function toSettings(name: string, version: FunctionConfiguration = {}): FunctionSettings {
  const { Runtime = '', Handler = '', Environment } = version;
  if (!Runtime.startsWith('nodejs')) {
    throw new UserError(
      `${name} cannot be replayed: its runtime is ${Runtime || 'a container image'}, not Node.js.`,
      { hint: 'orders replay --help' },
    );
  }
  return { handler: Handler, environment: Environment?.Variables ?? {} };
}

function toRecordedEvent(event: Event): RecordedEvent {
  return JSON.parse(JSON.stringify(event)) as RecordedEvent;
}

function toRecording(
  arn: string,
  { events, environment }: Pick<Recording, 'events' | 'environment'>,
): Recording {
  const started = events.find(({ EventType }) => EventType === 'ExecutionStarted');
  const details = started?.['ExecutionStartedDetails'] as
    | { readonly Input?: { readonly Payload?: string } }
    | undefined;
  const input = details?.Input?.Payload;
  const end = findEnd(events)?.EventType;
  return {
    arn,
    name: parseExecutionName(arn),
    status: end ? toStatus(end) : 'RUNNING',
    ...(input === undefined ? {} : { input }),
    environment,
    events,
  };
}

/** Returns `TIMED_OUT` for `ExecutionTimedOut`. */
function toStatus(eventType: string): string {
  return eventType
    .slice('Execution'.length)
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toUpperCase();
}

/** Reads recordings that `--save` wrote: a file, or all files of a folder. Throws a UserError for a file that is not a recording. */
export function readRecordingFiles(path: string): Recording[] {
  if (!existsSync(path)) {
    throw new UserError(`The recording "${path}" does not exist.`, {
      hint: 'orders replay ORDER --save DIR',
    });
  }
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .map((name) => join(path, name))
    : [path];
  if (files.length === 0) {
    throw new UserError(`The folder "${path}" contains no recordings.`, {
      hint: `orders replay ORDER --save ${path}`,
    });
  }
  return files.map(readRecordingFile);
}

function readRecordingFile(file: string): Recording {
  const problem = `"${file}" is not a recording.`;
  const hint = 'orders replay ORDER --save DIR';
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(problem, { hint, cause: error });
  }
  if (isRecording(value)) return value;
  throw new UserError(problem, { hint });
}

function isRecording(value: unknown): value is Recording {
  if (typeof value !== 'object' || value === null) return false;
  const { arn, name, events, environment } = value as Partial<Record<keyof Recording, unknown>>;
  return (
    typeof arn === 'string' &&
    typeof name === 'string' &&
    Array.isArray(events) &&
    typeof environment === 'object'
  );
}
