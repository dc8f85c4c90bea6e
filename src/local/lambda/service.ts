import { randomUUID } from 'node:crypto';
import type { Quotas } from '../fault-injection/quotas.ts';
import { AccessDenied } from '../iam/access-denied.ts';
import type { Credentials } from '../iam/credentials.ts';
import { createIam, type Iam } from '../iam/iam.ts';
import type { Clock } from '../shared/clock.ts';
import type { RandomFraction } from '../shared/random.ts';
import type { Events, Functions, Logs, S3, Sqs } from '../shared/service-interfaces.ts';
import type { UsageMeter } from '../shared/usage-meter.ts';
import type { Store } from '../store/store.ts';
import type { AwsError } from '../wire/aws-error.ts';
import type { Service, WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { statusChange } from './api-responses.ts';
import { AsyncInvocations } from './async-invocations.ts';
import { checkArchive } from './code-archive.ts';
import type { LambdaContext } from './context.ts';
import { type DeadLetter, executionDeadLetter } from './dead-letter.ts';
import { EventInvokeConfigs } from './event-invoke-configs.ts';
import { parseTarget } from './execution/chained-invoke.ts';
import { deleteExecutions } from './execution/delete-executions.ts';
import { Engine } from './execution/engine.ts';
import type { Execution } from './execution/model.ts';
import { ExecutionEnvironments } from './execution-environments.ts';
import { createFunctionLogs, ExecutionRoles } from './execution-roles.ts';
import { FunctionPolicies } from './function-policies.ts';
import { FunctionRegistry } from './function-registry.ts';
import { FunctionTags } from './function-tags.ts';
import { invoke } from './invoke.ts';
import { createAlias, updateAlias } from './management/alias-settings.ts';
import { putEventInvokeConfig } from './management/event-invoke-settings.ts';
import { createSettings } from './management/settings.ts';
import { parseTags } from './management/tags.ts';
import { operationName, requiredPermissions, route } from './routes.ts';
import { HandlerRunner } from './run-handler.ts';
import { FunctionUrls } from './urls/function-urls.ts';
import { createFunctionUrls } from './urls/url-service.ts';

/** Maximum number of expired executions that one run removes. */
const maxExpiredPerRun = 200;

export interface Lambda extends Functions {
  /** Resumes the executions and invocations that were running when the runtime stopped. */
  start(): void;
  /** Returns the number of running executions and of pending asynchronous invocations. */
  running(): number;
  /** Kills every handler. Their executions resume at the next start. */
  close(): Promise<void>;
}

interface LambdaOptions {
  store: Store;
  clock: Clock;
  logs: Logs;
  /** Folder of the runtime's state. */
  directory: string;
  /** The URL of the runtime, for handlers. */
  endpoint: () => string;
  /** Issues the credentials of handlers. */
  credentials: Pick<Credentials, 'forSession'>;
  /** Event bus that receives the status changes of executions. */
  events?: Pick<Events, 'emit'>;
  /** Queues that receive dead-letter messages. */
  sqs?: Pick<Sqs, 'send'>;
  meter?: UsageMeter | undefined;
  /** Quotas for new executions; absent if they are not enforced. */
  quotas?: Quotas | undefined;
  /** S3 objects that may contain function code. */
  s3?: Pick<S3, 'read'>;
  /** Roles and policies. Without them, functions may do everything. */
  iam?: Iam;
  /** Chooses between the two versions of an alias. */
  random?: RandomFraction;
}

/** Creates Lambda with durable executions on the store. Each handler runs in its own process. */
export function createLambda(options: LambdaOptions): Lambda {
  const { store, clock, events, sqs, meter, s3, logs } = options;
  const iam = options.iam ?? createIam({ store, enforced: false });
  const roles = new ExecutionRoles(iam);
  const functions = new FunctionRegistry(store, options.directory, options.random);
  const policies = new FunctionPolicies(functions, iam.resourcePolicies);
  const environments = new ExecutionEnvironments({
    ...options,
    logs: createFunctionLogs(logs, roles),
  });
  const sendToDeadLetterQueue = ({ settings, ...message }: DeadLetter) => {
    const permission = { action: 'sqs:SendMessage', resource: message.queueArn };
    if (roles.mayQuietly(settings, permission)) sqs?.send(message.queueArn, message);
  };
  /** Removes a function that is being deleted, once the end of its last execution is on disk. */
  const removeDrained = (name: string) => {
    if (!functions.isDeleting(name)) return;
    void store.committed().then(() => {
      if (functions.isDeleting(name) && engine.executions.countRunning(name) === 0) remove(name);
    });
  };
  const onStatus = (execution: Execution) => {
    events?.emit(statusChange(functions, execution));
    const deadLetter = executionDeadLetter(functions, execution);
    if (deadLetter) sendToDeadLetterQueue(deadLetter);
    if (execution.status !== 'RUNNING') removeDrained(execution.functionName);
  };
  const handlers = new HandlerRunner(functions, environments);
  const engine = new Engine({ store, clock, handlers, roles, onStatus });
  const asynchronous = new AsyncInvocations({ store, handlers, clock, sendToDeadLetterQueue });
  const configurations = openConfigurations(store);
  const remove = (name: string) => {
    deleteExecutions(engine, name);
    configurations.eventInvokeConfigs.remove(name);
    configurations.urls.removeAll(name);
    functions.remove(name);
    policies.removeAll({ name });
  };
  const context: LambdaContext = {
    engine,
    functions,
    ...configurations,
    policies,
    roles,
    environments,
    asynchronous,
    endpoint: options.endpoint,
    meter,
    s3,
    quotas: options.quotas,
    removeFunction(name) {
      if (engine.executions.countRunning(name) === 0) remove(name);
      else functions.markDeleting(name);
    },
  };
  return {
    ...createFunctions(context),
    remove,
    start() {
      engine.resume();
      asynchronous.resume();
    },
    running: () => engine.executions.countAllRunning() + asynchronous.count(),
    async close() {
      engine.shutDown();
      asynchronous.close();
      await environments.close();
      functions.close();
    },
  };
}

/** Returns the settings of functions that are not part of a version. */
function openConfigurations(store: Store) {
  return {
    tags: new FunctionTags(store),
    eventInvokeConfigs: new EventInvokeConfigs(store),
    urls: new FunctionUrls(store),
  };
}

const pathPrefixes = [
  '/2015-03-31/functions',
  '/2017-03-31/tags/',
  '/2019-09-25/functions/',
  '/2021-10-31/functions/',
  '/2025-12-01/',
];

/** Returns what other services of the runtime do with functions. */
function createFunctions(context: LambdaContext): Omit<Functions, 'remove'> {
  const { functions, policies, engine } = context;
  return {
    service: createService(context),
    urls: createFunctionUrls(context),
    put: (input, code) => putFunction(context, input, code),
    publish: (name, description) => functions.publish(name, description),
    createAlias: (input) => createAlias(functions, input),
    updateAlias: (input) => updateAlias(functions, input),
    removeAlias(name, alias) {
      functions.removeAlias(name, alias);
      context.urls.remove(name, alias);
    },
    putEventInvokeConfig: (target, input) => putEventInvokeConfig(context, target, input),
    removeEventInvokeConfig: ({ name, qualifier }) =>
      context.eventInvokeConfigs.remove(name, qualifier),
    addPermission: (permission) => void policies.add(permission),
    removePermission: ({ function: target, statementId }) =>
      policies.removeIfPresent(parseTarget(target), statementId),
    arn: (name, qualifier) => functions.arn(name, qualifier),
    invoke: (input) => invoke(context, input),
    removeExpired: (now) =>
      engine.store.transact(() => engine.executions.removeExpired(now, maxExpiredPerRun)) ===
      maxExpiredPerRun,
  };
}

function createService(context: LambdaContext): Service {
  return {
    name: 'lambda',
    protocol: { operation: operationName, failure },
    claims: ({ path }) => pathPrefixes.some((prefix) => path.startsWith(prefix)),
    permissions: (request) => requiredPermissions(context, request),
    handle: (request) => respond(context, request),
  };
}

function putFunction(
  { functions, tags, roles }: LambdaContext,
  input: Readonly<Record<string, unknown>>,
  code: Buffer,
): void {
  const settings = createSettings({ ...input, Code: {} });
  checkArchive(code);
  roles.check(settings, functions.arn(settings.name));
  functions.put({ ...settings, code });
  tags.replace(settings.name, parseTags(input['Tags']));
}

async function respond(context: LambdaContext, request: WireRequest): Promise<WireResponse> {
  try {
    const response = await route(context, request);
    return { ...response, headers: { ...commonHeaders(), ...response.headers } };
  } catch (error) {
    return failure(asAwsError(error));
  }
}

/** Returns an error response: the error's name in a header, its message in both spellings of Lambda's API model. */
function failure(error: AwsError): WireResponse {
  const { name, status, message, fields, headers } = error;
  if (error instanceof AccessDenied) {
    const body = JSON.stringify({ Message: message });
    return { status, headers: { ...commonHeaders(), 'x-amzn-ErrorType': name }, body };
  }
  const Type = status < 500 ? 'User' : 'Service';
  const body = JSON.stringify({ Type, Message: message, message, ...fields });
  return { status, headers: { ...commonHeaders(), 'x-amzn-errortype': name, ...headers }, body };
}

function commonHeaders(): Record<string, string> {
  return { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() };
}
