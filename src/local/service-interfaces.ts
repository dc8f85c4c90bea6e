/** What the services of the runtime ask of each other. Each is made by `create…` in its own folder. */
import type { Service } from './wire/http.ts';

export interface LogLine {
  /** Wall clock, epoch ms. */
  readonly timestamp: number;
  readonly message: string;
}

/** A service whose content has an end to it. */
export interface Perishable {
  /**
   * Removes some of what is past its time at `now`, epoch ms of the wall clock: people count days, not virtual ones. Answers
   * whether more may be left: other work comes in between.
   */
  clearOut(now: number): boolean;
}

export interface Logs extends Perishable {
  readonly service: Service;
  createGroup(name: string, retentionDays?: number): void;
  deleteGroup(name: string): void;
  /** Creates the group and the stream when they are missing. */
  append(group: string, stream: string, lines: readonly LogLine[]): void;
}

/** Tables, with inputs and outputs as in the DynamoDB API. */
export interface Tables extends Perishable {
  readonly service: Service;
  createTable(input: Record<string, unknown>): void;
  deleteTable(name: string): void;
  arn(name: string): string;
}

export interface Objects {
  readonly service: Service;
  read(bucket: string, key: string): Buffer | undefined;
  /** Creates a bucket, or changes whether it keeps versions. */
  putBucket(name: string, settings: { versioned: boolean }): void;
  /** Deletes a bucket; false while it holds objects. */
  deleteBucket(name: string): boolean;
}

export interface FunctionSettings {
  readonly name: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  /** Seconds; never scaled by the clock. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The zipped code. */
  readonly code: Buffer;
  readonly logGroup: string;
  readonly logFormat: 'JSON' | 'Text';
  readonly logLevel?: string;
  /** Present for a durable function; seconds and days. */
  readonly durable?: { readonly executionTimeout: number; readonly retentionDays: number };
  readonly deadLetterArn?: string;
  /** Kept and shown; nothing is traced here. */
  readonly tracing?: string;
}

export interface InvokeInput {
  readonly functionName: string;
  /** A version, an alias or `$LATEST`. */
  readonly qualifier?: string;
  readonly payload: Buffer;
  readonly type: 'RequestResponse' | 'Event' | 'DryRun';
  readonly executionName?: string;
}

export interface InvokeOutput {
  /** What a plain function logged meanwhile. */
  readonly log?: string;
  readonly status: number;
  readonly payload: string;
  readonly functionError?: string;
  readonly executionArn?: string;
  readonly version: string;
}

export interface Functions extends Perishable {
  readonly service: Service;
  /** Creates or updates `$LATEST`. */
  put(settings: FunctionSettings): void;
  /** Freezes `$LATEST` as a new version unless nothing changed since the newest one; answers its number. */
  publish(name: string, description?: string): string;
  alias(name: string, alias: string, version: string): void;
  remove(name: string): void;
  arn(name: string, qualifier?: string): string;
  /** Throws the AwsError that Lambda would answer. */
  invoke(input: InvokeInput): Promise<InvokeOutput>;
}

/** Queues, for what could not be done. */
export interface Queues extends Perishable {
  readonly service: Service;
  /** Creates a queue or changes its attributes. */
  put(name: string, attributes: Readonly<Record<string, string>>): void;
  remove(name: string): void;
  url(name: string): string;
  arn(name: string): string;
  /** Sends as part of the transaction that is open, if there is one; false when there is no such queue. */
  send(
    queueArn: string,
    message: {
      readonly body: string;
      readonly attributes: Readonly<Record<string, string | number>>;
    },
  ): boolean;
}

export interface RuleSettings {
  readonly name: string;
  readonly pattern: unknown;
  /** ARNs of functions; of a durable one with a version or an alias. */
  readonly targets: readonly string[];
  /** Target -> ARN of the queue for events that it could not be told of. */
  readonly deadLetters?: Readonly<Record<string, string>>;
}

/** An event as it is told to the bus; the rest of its envelope is the bus's. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The default event bus. */
export interface Events {
  putRule(rule: RuleSettings): void;
  removeRule(name: string): void;
  /** Tells the bus of an event, as part of the transaction that is open. */
  emit(event: BusEvent): void;
  /** Delivers to these functions, first of all what was left when the runtime went down. */
  start(functions: Functions): void;
  close(): void;
}

export interface RestApis {
  readonly service: Service;
  /** Creates or replaces an API from its OpenAPI definition (intrinsics resolved) and answers its id. */
  put(api: {
    id?: string;
    name: string;
    stage: string;
    definition: Record<string, unknown>;
  }): string;
  remove(id: string): void;
}
