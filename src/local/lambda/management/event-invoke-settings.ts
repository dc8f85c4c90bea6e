import { Constraints, type Fields, isFields } from '../constraints.ts';
import { invalidParameter, notFound } from '../errors.ts';
import type {
  EventInvokeConfig,
  EventInvokeConfigs,
  StoredEventInvokeConfig,
} from '../event-invoke-configs.ts';
import type { FunctionRegistry } from '../function-registry.ts';

/** What the settings of event invoke configurations need of Lambda. */
export interface EventInvokeContext {
  readonly functions: FunctionRegistry;
  readonly eventInvokeConfigs: EventInvokeConfigs;
}

export interface EventInvokeTarget {
  readonly name: string;
  readonly qualifier?: string | undefined;
}

/**
 * Replaces the configuration of a function with a qualifier (default: `$LATEST`). Throws ResourceNotFoundException if there is no such
 * function, ValidationException or InvalidParameterValueException for invalid members, and for a durable function.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
 */
export function putEventInvokeConfig(
  { functions, eventInvokeConfigs }: EventInvokeContext,
  { name, qualifier = '$LATEST' }: EventInvokeTarget,
  input: Fields,
): void {
  const { durable } = functions.resolve(name, qualifier).settings;
  const config = readConfig(input);
  if (durable) {
    throw invalidParameter(
      'The local runtime does not implement event invoke configurations of durable functions',
    );
  }
  if (config.retryAttempts === undefined && config.maxAgeSeconds === undefined) {
    throw invalidParameter(
      'You must specify at least one of error handling or destination setting.',
    );
  }
  eventInvokeConfigs.put(name, qualifier, config);
}

/** Changes the members of an existing configuration that the input has. Throws the same errors as `putEventInvokeConfig`. */
export function updateEventInvokeConfig(
  context: EventInvokeContext,
  target: EventInvokeTarget,
  input: Fields,
): void {
  const { retryAttempts, maxAgeSeconds } = requireEventInvokeConfig(context, target);
  putEventInvokeConfig(context, target, {
    ...(retryAttempts === undefined ? {} : { MaximumRetryAttempts: retryAttempts }),
    ...(maxAgeSeconds === undefined ? {} : { MaximumEventAgeInSeconds: maxAgeSeconds }),
    ...input,
  });
}

/** Returns a configuration. Throws ResourceNotFoundException if there is no such function or no configuration. */
export function requireEventInvokeConfig(
  { functions, eventInvokeConfigs }: EventInvokeContext,
  { name, qualifier = '$LATEST' }: EventInvokeTarget,
): StoredEventInvokeConfig {
  functions.resolve(name, qualifier);
  const config = eventInvokeConfigs.find(name, qualifier);
  if (config) return config;
  throw notFound(
    `The function ${functions.arn(name, qualifier)} doesn't have an EventInvokeConfig`,
  );
}

function readConfig(input: Fields): EventInvokeConfig {
  const {
    MaximumRetryAttempts: retryAttempts,
    MaximumEventAgeInSeconds: maxAgeSeconds,
    DestinationConfig: destinations,
  } = input;
  const constraints = new Constraints();
  constraints.within('maximumRetryAttempts', retryAttempts, [0, 2]);
  constraints.within('maximumEventAgeInSeconds', maxAgeSeconds, [60, 21_600]);
  constraints.throwIfViolated();
  for (const [name, destination] of Object.entries(isFields(destinations) ? destinations : {})) {
    if (isFields(destination) && Object.keys(destination).length === 0) continue;
    throw invalidParameter(
      `The local runtime does not implement DestinationConfig.${name} of event invoke configurations`,
    );
  }
  return {
    retryAttempts: typeof retryAttempts === 'number' ? retryAttempts : undefined,
    maxAgeSeconds: typeof maxAgeSeconds === 'number' ? maxAgeSeconds : undefined,
  };
}
