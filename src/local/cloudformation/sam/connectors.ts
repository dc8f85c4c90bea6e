import { invalid } from '../query-protocol.ts';
import { type Fields, isFields, parseIntrinsic, type Resources } from '../templates/template.ts';
import { type RoleProfile, roleProfiles } from './connector-profiles.ts';

/** A connector, with the resources that it connects by their logical ids. */
interface Connector {
  readonly id: string;
  readonly source: string;
  /** Part of the API for which a connector from an API applies. */
  readonly qualifier: unknown;
  readonly destination: string;
  readonly permissions: readonly string[];
  readonly attributes: Fields;
}

type Statement = Readonly<Record<string, unknown>>;

/** Resource types that SAM's own types become. */
const expandedTypes: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'AWS::Lambda::Function',
  'AWS::Serverless::Api': 'AWS::ApiGateway::RestApi',
};

/**
 * Returns the resources of a template with its connectors, embedded or not, replaced by the policies that they stand for. Throws
 * ValidationError for a pair of resource types that the runtime does not connect.
 */
export function expandConnectors(declared: Resources): Resources {
  const resources: Resources = {};
  const connectors: Connector[] = [];
  for (const [id, { Connectors: embedded, ...resource }] of Object.entries(declared)) {
    if (resource.Type === 'AWS::Serverless::Connector') {
      const { Type: _, Properties: properties = {}, ...attributes } = resource;
      connectors.push(...readConnectors({ id, properties, attributes }));
      continue;
    }
    resources[id] = resource;
    for (const [name, connector] of Object.entries(isFields(embedded) ? embedded : {})) {
      const { Properties: properties = {}, ...attributes } = isFields(connector) ? connector : {};
      const fields = isFields(properties) ? properties : {};
      const { SourceReference: reference, ...own } = fields;
      const Source = { ...(isFields(reference) ? reference : {}), Id: id };
      const embeddedId = `${id}${name}`;
      connectors.push(
        ...readConnectors({ id: embeddedId, properties: { ...own, Source }, attributes }),
      );
    }
  }
  for (const connector of connectors) Object.assign(resources, connect(connector, resources));
  return resources;
}

/** Returns a connector for each destination. */
function readConnectors(input: {
  id: string;
  properties: Fields;
  attributes: Fields;
}): Connector[] {
  const { id, properties, attributes } = input;
  const { Source, Destination, Permissions } = properties;
  const source = isFields(Source) ? Source : {};
  const several = Array.isArray(Destination);
  return [Destination].flat().map((destination: unknown, index) => {
    const target = isFields(destination) ? destination['Id'] : undefined;
    if (typeof source['Id'] !== 'string' || typeof target !== 'string') {
      throw invalidConnector(
        id,
        "The local runtime connects only resources that are given by 'Id'.",
      );
    }
    return {
      id: several ? `${id}WithDestination${index}` : id,
      source: source['Id'],
      qualifier: source['Qualifier'] ?? '*',
      destination: target,
      permissions: Array.isArray(Permissions) ? Permissions.map(String) : [],
      attributes,
    };
  });
}

/** Returns the resources that SAM creates for a connector. */
function connect(connector: Connector, resources: Resources): Resources {
  const { id, source, destination, permissions } = connector;
  const [from, to] = [findType(id, source, resources), findType(id, destination, resources)];
  if (permissions.length === 0) throw invalidConnector(id, "'Permissions' cannot be empty.");
  const profile = from === 'AWS::Lambda::Function' ? roleProfiles.get(to) : undefined;
  const allowed = profile ? Object.keys(profile.actions) : ['Write'];
  const unknown = permissions.find((permission) => !allowed.includes(permission));
  const isSupported = profile !== undefined || isServiceConnection(from, to);
  if (!isSupported) {
    throw invalidConnector(
      id,
      `The local runtime does not implement connectors from ${from} to ${to}.`,
    );
  }
  if (unknown !== undefined) {
    throw invalidConnector(
      id,
      `Unsupported 'Permissions' provided for connector from ${from} to ${to}; valid values are: ${allowed.join(', ')}.`,
    );
  }
  if (profile) return buildRolePolicy(connector, profile, resources);
  return to === 'AWS::SQS::Queue' ? buildQueuePolicy(connector) : buildPermission(connector, from);
}

/** Reports whether a service can call a resource on behalf of another. */
function isServiceConnection(from: string, to: string): boolean {
  if (to === 'AWS::Lambda::Function') {
    return from === 'AWS::Events::Rule' || from === 'AWS::ApiGateway::RestApi';
  }
  return from === 'AWS::Events::Rule' && to === 'AWS::SQS::Queue';
}

/** Returns a managed policy for the role of the source, which is a function. */
function buildRolePolicy(
  { id, source, destination, permissions, attributes }: Connector,
  { suffixes, actions }: RoleProfile,
  resources: Resources,
): Resources {
  const arn = { 'Fn::GetAtt': [destination, 'Arn'] };
  const Resource = suffixes.map((suffix) =>
    suffix === '' ? arn : { 'Fn::Sub': [`\${DestinationArn}${suffix}`, { DestinationArn: arn }] },
  );
  const Statement: Statement[] = permissions.map((permission) => ({
    Effect: 'Allow',
    Action: actions[permission],
    Resource,
  }));
  return {
    [`${id}Policy`]: {
      ...attributes,
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: { Version: '2012-10-17', Statement },
        Roles: [{ Ref: findRole(id, source, resources) }],
      },
    },
  };
}

/** Returns the policy with which a rule may send messages to a queue. */
function buildQueuePolicy({ id, source, destination, attributes }: Connector): Resources {
  const statement: Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: { 'Fn::GetAtt': [destination, 'Arn'] },
    Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [source, 'Arn'] } } },
  };
  return {
    [`${id}QueuePolicy`]: {
      ...attributes,
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: destination }],
        PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      },
    },
  };
}

/** Returns the permission with which a rule or an API may invoke a function. */
function buildPermission(
  { id, source, qualifier, destination, attributes }: Connector,
  from: string,
): Resources {
  const isRule = from === 'AWS::Events::Rule';
  const apiArn = {
    'Fn::Sub': [
      `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/\${Qualifier}`,
      { Api: { Ref: source }, Qualifier: qualifier },
    ],
  };
  return {
    [`${id}WriteLambdaPermission`]: {
      ...attributes,
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [destination, 'Arn'] },
        Principal: isRule ? 'events.amazonaws.com' : 'apigateway.amazonaws.com',
        SourceArn: isRule ? { 'Fn::GetAtt': [source, 'Arn'] } : apiArn,
      },
    },
  };
}

function findType(id: string, logicalId: string, resources: Resources): string {
  const type = Object.hasOwn(resources, logicalId) ? resources[logicalId]?.Type : undefined;
  if (type !== undefined) return expandedTypes[type] ?? type;
  throw invalidConnector(id, `Unable to find resource with logical ID '${logicalId}'.`);
}

/** Returns the logical id of a function's role. */
function findRole(id: string, functionId: string, resources: Resources): string {
  const resource = resources[functionId];
  const role = resource?.Properties?.['Role'];
  if (role === undefined && resource?.Type === 'AWS::Serverless::Function')
    return `${functionId}Role`;
  const [name, argument] = parseIntrinsic(role) ?? [];
  if (name === 'Ref') return String(argument);
  if (name === 'Fn::GetAtt') {
    return Array.isArray(argument) ? String(argument[0]) : (String(argument).split('.')[0] ?? '');
  }
  throw invalidConnector(
    id,
    `Unable to get IAM role name from 'Source' resource with logical ID '${functionId}'.`,
  );
}

function invalidConnector(id: string, problem: string): Error {
  return invalid(
    'Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. ' +
      `Number of errors found: 1. Resource with id [${id}] is invalid. ${problem}`,
  );
}
