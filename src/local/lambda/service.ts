import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Quotas } from '../fault-injection/quotas.ts';
import type { Events, Functions, Logs, Objects, Queues } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { Meter } from '../usage-meter.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { statusChange } from './api-responses.ts';
import { AsyncInvocations } from './async-invocations.ts';
import { type DeadLetter, letterOfExecution } from './dead-letter.ts';
import { forgetExecutions } from './execution/delete-executions.ts';
import { Engine } from './execution/engine.ts';
import type { Execution } from './execution/model.ts';
import { Environments } from './execution-environments.ts';
import { FunctionRegistry } from './function-registry.ts';
import { invoke, type Parts } from './invoke.ts';
import { operationName } from './operation-name.ts';
import { route } from './routes.ts';
import { Handlers } from './run-handler.ts';

/** How many closed executions are removed in one go. */
const clearedAtOnce = 200;

export interface Lambda extends Functions {
  /** Resumes what was running when the runtime went down. */
  start(): void;
  /** Executions that have not closed. */
  running(): number;
  /** Kills every handler; their executions go on with the next start. */
  close(): Promise<void>;
}

/** Lambda with durable executions over the store; handlers run in processes of their own. */
export function createLambda(options: {
  store: Store;
  clock: Clock;
  logs: Logs;
  /** Where code is unzipped. */
  directory: string;
  /** The URL of the runtime, for handlers. */
  endpoint: () => string;
  /** Where executions tell of their statuses. */
  events?: Pick<Events, 'emit'>;
  /** Where events go that no execution brought to a good end. */
  queues?: Pick<Queues, 'send'>;
  meter?: Meter | undefined;
  /** Limits on starts; none when there are none. */
  quotas?: Quotas | undefined;
  /** Where code may come from. */
  objects?: Pick<Objects, 'read'>;
}): Lambda {
  const { store, clock, events, queues, meter, objects } = options;
  const functions = new FunctionRegistry(store, options.directory);
  const environments = new Environments(options);
  const bury = (letter: DeadLetter) => void queues?.send(letter.queueArn, letter);
  /** The last execution of a function that is being deleted takes it along, once it is on record itself. */
  const removeDrained = (name: string) => {
    if (!functions.isDeleting(name)) return;
    void store.committed().then(() => {
      if (functions.isDeleting(name) && engine.executions.running(name) === 0) remove(name);
    });
  };
  const onStatus = (execution: Execution) => {
    events?.emit(statusChange(functions, execution));
    const letter = letterOfExecution(functions, execution);
    if (letter) bury(letter);
    if (execution.status !== 'RUNNING') removeDrained(execution.functionName);
  };
  const handlers = new Handlers(functions, environments);
  const engine = new Engine({ store, clock, handlers, onStatus });
  const asynchronous = new AsyncInvocations({ store, handlers, speed: clock.speed, bury });
  const remove = (name: string) => {
    forgetExecutions(engine, name);
    functions.remove(name);
  };
  const parts: Parts = {
    engine,
    functions,
    environments,
    asynchronous,
    meter,
    objects,
    quotas: options.quotas,
    removeFunction(name) {
      if (engine.executions.running(name) === 0) remove(name);
      else functions.markDeleting(name);
    },
  };
  return {
    service: {
      name: 'lambda',
      protocol: { operation: operationName, failure },
      claims: ({ path }) =>
        path.startsWith('/2015-03-31/functions') || path.startsWith('/2025-12-01/'),
      handle: (request) => answer(parts, request),
    },
    put: (settings) => functions.put(settings),
    publish: (name, description) => functions.publish(name, description),
    alias: (name, alias, version) =>
      functions.alias(name, { name: alias, version, description: '' }),
    remove,
    arn: (name, qualifier) => functions.arn(name, qualifier),
    invoke: (input) => invoke(parts, input),
    clearOut: (now) =>
      store.transact(() => engine.executions.removeExpired(now, clearedAtOnce)) === clearedAtOnce,
    start() {
      engine.resume();
      asynchronous.resume();
    },
    running: () => engine.executions.count() + asynchronous.count(),
    async close() {
      engine.shutDown();
      asynchronous.close();
      await environments.close();
    },
  };
}

async function answer(parts: Parts, request: WireRequest): Promise<WireResponse> {
  try {
    if (!request.headers.authorization) {
      const message = 'Missing Authentication Token';
      throw new AwsError('MissingAuthenticationTokenException', message, { status: 403 });
    }
    const response = await route(parts, request);
    return { ...response, headers: { ...common(), ...response.headers } };
  } catch (error) {
    return failure(asAwsError(error));
  }
}

/** The error's name is in a header, and its message in both spellings that Lambda's model has. */
function failure({ name, status, message, fields, headers }: AwsError): WireResponse {
  const Type = status < 500 ? 'User' : 'Service';
  const body = JSON.stringify({ Type, Message: message, message, ...fields });
  return { status, headers: { ...common(), 'x-amzn-errortype': name, ...headers }, body };
}

function common(): Record<string, string> {
  return { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() };
}
