/** Interfaces through which the services of the runtime use each other. The `create…` function in each service's folder returns it. */
import type { Service } from '../wire/http.ts';
import type { FunctionUrlConfigs } from './function-url-interfaces.ts';

/** A line of a log stream. */
export interface LogLine {
  /** Wall-clock time (epoch ms). */
  readonly timestamp: number;
  readonly message: string;
}

/** A service whose data expires. */
export interface Expiring {
  /**
   * Removes some of the data that has expired at `now` (epoch ms). Retention is in days of wall time, not of virtual time. Returns
   * whether more may be left. Each call removes a limited amount, so that other work can run in between.
   */
  removeExpired(now: number): boolean;
}

/** CloudWatch Logs. */
export interface Logs extends Expiring {
  readonly service: Service;
  createGroup(name: string, retentionDays?: number): void;
  deleteGroup(name: string): void;
  hasGroup(name: string): boolean;
  /** Appends lines. Creates the group and the stream if they are missing. */
  append(group: string, stream: string, lines: readonly LogLine[]): void;
}

/** DynamoDB tables. The input is that of the API. */
export interface DynamoDb extends Expiring {
  readonly service: Service;
  createTable(input: Record<string, unknown>): void;
  deleteTable(name: string): void;
  arn(name: string): string;
}

/** S3 buckets and objects. */
export interface S3 {
  readonly service: Service;
  /** Returns the content of one version of an object, by default the newest; undefined if it does not exist. */
  read(bucket: string, key: string, version?: string): Buffer | undefined;
  /** Creates a bucket, or changes its versioning. */
  putBucket(name: string, settings: { versioned: boolean }): void;
  /** Deletes a bucket. Returns false if it contains objects. */
  deleteBucket(name: string): boolean;
}

/** Settings and code of a Lambda function. */
export interface FunctionSettings {
  readonly name: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  /** Timeout of an invocation (seconds of wall time). */
  readonly timeout: number;
  /** Memory (MB). */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Zipped code. */
  readonly code: Buffer;
  readonly logGroup: string;
  readonly logFormat: 'JSON' | 'Text';
  readonly logLevel?: string;
  /** Present for a durable function: execution timeout (seconds) and retention (days). */
  readonly durable?: { readonly executionTimeout: number; readonly retentionDays: number };
  readonly deadLetterArn?: string;
  /** `x86_64` or `arm64`. It is stored and returned, but has no effect. */
  readonly architecture?: string;
  /** Tracing mode. It is stored and returned, but has no effect. */
  readonly tracing?: string;
}

/** The result of publishing a version. */
export interface PublishedVersion {
  readonly version: string;
  /** False if the version existed before. */
  readonly isNew: boolean;
}

/** Input of Invoke. */
export interface InvokeInput {
  readonly functionName: string;
  /** A version, an alias or `$LATEST`. */
  readonly qualifier?: string;
  readonly payload: Buffer;
  readonly type: 'RequestResponse' | 'Event' | 'DryRun';
  readonly executionName?: string;
  /** X-Ray trace header of the caller. The handler and the functions that it calls receive it. */
  readonly traceHeader?: string;
}

/** Response of Invoke. */
export interface InvokeOutput {
  /** Log of the invocation of a plain function. */
  readonly log?: string;
  readonly status: number;
  readonly payload: string;
  readonly functionError?: string;
  readonly executionArn?: string;
  readonly version: string;
}

/** A statement that is added to the resource policy of a function, with the members of AddPermission. */
export interface FunctionPermission {
  /** Name, or ARN with or without a version or an alias. */
  readonly function: string;
  readonly statementId: string;
  readonly action: string;
  /** A service, an account, or the ARN of a role or user. */
  readonly principal: string;
  readonly sourceArn?: string | undefined;
  readonly sourceAccount?: string | undefined;
  /** Limits `lambda:InvokeFunctionUrl` to URLs with this type of authentication. */
  readonly functionUrlAuthType?: string | undefined;
  /** Limits `lambda:InvokeFunction` to requests to function URLs. */
  readonly invokedViaFunctionUrl?: boolean | undefined;
}

/** A function with the qualifier that callers name. */
export interface EventInvokeTarget {
  readonly name: string;
  readonly qualifier: string;
}

/** Lambda functions. */
export interface Functions extends Expiring {
  readonly service: Service;
  readonly urls: FunctionUrlConfigs;
  /**
   * Creates or updates `$LATEST` from the members of CreateFunction, without `Code`. Throws the AwsError that Lambda returns for invalid
   * members and code.
   */
  put(input: Readonly<Record<string, unknown>>, code: Buffer): void;
  /** Publishes `$LATEST`. Returns the newest version, with `isNew: false`, if nothing has changed since it was published. */
  publish(name: string, description?: string): PublishedVersion;
  /** Creates an alias from the members of CreateAlias. Throws the AwsError that CreateAlias returns. */
  createAlias(input: Readonly<Record<string, unknown>>): void;
  /** Replaces an alias: absent members get their defaults. Throws the AwsError that UpdateAlias returns. */
  updateAlias(input: Readonly<Record<string, unknown>>): void;
  /** Removes an alias; does nothing if there is none. */
  removeAlias(name: string, alias: string): void;
  /**
   * Replaces the configuration of asynchronous invocations of a version or alias. Throws the AwsError that PutFunctionEventInvokeConfig
   * returns.
   */
  putEventInvokeConfig(target: EventInvokeTarget, input: Readonly<Record<string, unknown>>): void;
  /** Removes the configuration of a version or alias; does nothing if there is none. */
  removeEventInvokeConfig(target: EventInvokeTarget): void;
  remove(name: string): void;
  /** Adds a statement to the policy of a function. Throws the AwsError that AddPermission returns. */
  addPermission(permission: FunctionPermission): void;
  /** Removes a statement; does nothing if there is none. */
  removePermission(permission: Pick<FunctionPermission, 'function' | 'statementId'>): void;
  arn(name: string, qualifier?: string): string;
  /** Invokes a function. Throws the AwsError that Lambda returns. */
  invoke(input: InvokeInput): Promise<InvokeOutput>;
}

/** SQS queues. */
export interface Sqs extends Expiring {
  readonly service: Service;
  /** Creates a queue or changes its attributes. */
  put(name: string, attributes: Readonly<Record<string, string>>): void;
  remove(name: string): void;
  url(name: string): string;
  arn(name: string): string;
  /** Sends a message, within the open transaction if there is one. Returns false if the queue does not exist. */
  send(
    queueArn: string,
    message: {
      readonly body: string;
      readonly attributes: Readonly<Record<string, string | number>>;
    },
  ): boolean;
}

/** A rule of the event bus. */
export interface RuleSettings {
  readonly name: string;
  readonly pattern: unknown;
  /** ARNs of functions; the ARN of a durable function includes a version or an alias. */
  readonly targets: readonly string[];
  /** ARN of the dead-letter queue by target. */
  readonly deadLetters?: Readonly<Record<string, string>>;
}

/** An event that is sent to the bus. The bus adds the other members of the envelope. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The default event bus of EventBridge. */
export interface Events {
  putRule(rule: RuleSettings): void;
  removeRule(name: string): void;
  /** Sends an event to the bus, within the open transaction. */
  emit(event: BusEvent): void;
  /** Starts to deliver events to functions, beginning with the events that were pending when the runtime stopped. */
  start(functions: Functions): void;
  close(): void;
}

/** A stage of a REST API. */
export interface StageIdentity {
  /** Id of the API. */
  readonly api: string;
  readonly name: string;
}

/** REST APIs of API Gateway. */
export interface RestApis {
  readonly service: Service;
  /** Creates or replaces an API from its OpenAPI definition (intrinsics resolved), and returns its id. Stages serve it once it is deployed. */
  put(api: { id?: string; name: string; definition: Record<string, unknown> }): string;
  /** Returns an API's name and definition. Throws if there is no such API. */
  describe(id: string): { readonly name: string; readonly definition: Record<string, unknown> };
  remove(id: string): void;
  /** Copies the definition of an API and returns the id of this deployment. Throws if there is no such API. */
  createDeployment(api: string): string;
  /** Removes a deployment. Throws if a stage serves it. */
  removeDeployment(id: string): void;
  /** Creates a stage, or lets it serve another deployment. */
  putStage(
    stage: StageIdentity & {
      readonly deployment: string;
      readonly variables?: Readonly<Record<string, string>>;
    },
  ): void;
  hasStage(stage: StageIdentity): boolean;
  removeStage(stage: StageIdentity): void;
}
