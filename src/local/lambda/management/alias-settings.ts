import { isDeepStrictEqual } from 'node:util';
import { Constraints, type Fields, isFields, toText } from '../constraints.ts';
import { conflict, invalidParameter, notFound } from '../errors.ts';
import type { AdditionalVersion, Alias } from '../function-aliases.ts';
import type { FunctionRegistry } from '../function-registry.ts';

/** Maximum length of a description (characters). */
const maxDescriptionLength = 256;

/** Creates an alias from the members of CreateAlias. Throws the AwsError that CreateAlias returns. */
export function createAlias(functions: FunctionRegistry, input: Fields): Alias {
  const functionName = toText(input['FunctionName']);
  functions.resolve(functionName);
  checkMembers(input, (constraints) =>
    constraints.required('functionVersion', input['FunctionVersion']),
  );
  const name = toText(input['Name']);
  if (functions.aliases(functionName).some((other) => other.name === name)) {
    throw conflict(`Alias already exists: ${functions.arn(functionName, name)}`);
  }
  return putAlias(functions, functionName, {
    name,
    version: toText(input['FunctionVersion']),
    description: toText(input['Description'] ?? ''),
    ...parseRouting(input['RoutingConfig']),
  });
}

/**
 * Changes an alias. Absent members become empty, unlike those of the operation UpdateAlias. Throws the AwsError that UpdateAlias
 * returns.
 */
export function updateAlias(functions: FunctionRegistry, input: Fields): Alias {
  const functionName = toText(input['FunctionName']);
  functions.resolve(functionName);
  checkMembers(input);
  const before = findAlias(functions, functionName, toText(input['Name']));
  return putAlias(functions, functionName, {
    name: before.name,
    version: toText(input['FunctionVersion'] ?? before.version),
    description: toText(input['Description'] ?? ''),
    ...parseRouting(input['RoutingConfig']),
  });
}

/** Returns an alias. Throws ResourceNotFoundException if there is none. */
export function findAlias(functions: FunctionRegistry, name: string, alias: string): Alias {
  const found = functions.aliases(name).find((candidate) => candidate.name === alias);
  if (found) return found;
  throw notFound(`Cannot find alias arn: ${functions.arn(name, alias)}`);
}

function putAlias(functions: FunctionRegistry, functionName: string, alias: Alias): Alias {
  functions.resolve(functionName, alias.version);
  checkRouting(functions, functionName, alias);
  functions.alias(functionName, alias);
  return alias;
}

function checkMembers(input: Fields, addConstraints?: (constraints: Constraints) => void): void {
  const constraints = new Constraints();
  constraints.required('name', input['Name']);
  constraints.matches('name', input['Name'], /^(?!^[0-9]+$)([a-zA-Z0-9-_]{1,128})$/);
  constraints.maxLength('description', input['Description'], maxDescriptionLength);
  addConstraints?.(constraints);
  checkWeights(constraints, input['RoutingConfig']);
  constraints.throwIfViolated();
}

/** Reads the weights of a RoutingConfig. Throws InvalidParameterValueException for anything else in it. */
function readWeights(routing: unknown): Fields {
  if (routing === undefined || routing === null) return {};
  const unknown = isFields(routing)
    ? Object.keys(routing).find((name) => name !== 'AdditionalVersionWeights')
    : toText(routing);
  if (unknown !== undefined) {
    throw invalidParameter(`The local runtime does not implement ${unknown} of RoutingConfig`);
  }
  const weights = (routing as Fields)['AdditionalVersionWeights'] ?? {};
  if (isFields(weights)) return weights;
  throw invalidParameter('AdditionalVersionWeights must be a map of versions to weights');
}

/** A weight of 1 is rejected, although the API's model contains it: an alias with one version serves this purpose. */
function checkWeights(constraints: Constraints, routing: unknown): void {
  const name = 'routingConfig.additionalVersionWeights';
  for (const [version, weight] of Object.entries(readWeights(routing))) {
    const entry = `{${version}=${toText(weight)}}`;
    if (typeof weight !== 'number' || !(weight >= 0 && weight < 1)) {
      const range =
        '[Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]';
      constraints.add(name, entry, `Map value must satisfy constraint: ${range}`);
    }
    if (!/^[0-9]{1,1024}$/.test(version)) {
      const rule = '[Member must satisfy regular expression pattern: [0-9]+]';
      constraints.add(name, entry, `Map keys must satisfy constraint: ${rule}`);
    }
  }
}

function parseRouting(routing: unknown): { additional?: AdditionalVersion } {
  const [first, ...others] = Object.entries(readWeights(routing));
  if (others.length > 0) {
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  }
  return first ? { additional: { version: first[0], weight: Number(first[1]) } } : {};
}

/**
 * Throws the AwsError for two versions that cannot share an alias: both must be published and have the same role and dead-letter
 * queue. AWS does not document durable versions; two of which only one is durable are refused.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
 */
function checkRouting(
  functions: FunctionRegistry,
  name: string,
  { version: main, additional }: Alias,
): void {
  if (!additional) return;
  if (additional.version === main) {
    throw invalidParameter(
      `Invalid function version ${main}. Function version ${main} is already included in routing configuration.`,
    );
  }
  if (main === '$LATEST') {
    throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
  }
  const [one, other] = [main, additional.version].map(
    (version) => functions.resolve(name, version).settings,
  );
  const facts = [
    ['execution role', one?.role, other?.role],
    ['dead-letter queue', one?.deadLetterArn, other?.deadLetterArn],
    ['kind (durable or not)', one?.durable === undefined, other?.durable === undefined],
  ] as const;
  const differing = facts.find(([, left, right]) => !isDeepStrictEqual(left, right));
  if (!differing) return;
  throw invalidParameter(
    `Function versions ${main} and ${additional.version} must have the same ${differing[0]} to share an alias`,
  );
}
