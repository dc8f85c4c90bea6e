import { findManagedPolicyArn } from '../../iam/managed-policies.ts';
import { invalid } from '../query-protocol.ts';
import {
  type Fields,
  isFields,
  parseIntrinsic,
  type ResourceDeclaration,
} from '../templates/template.ts';
import { expandPolicyTemplate, isPolicyTemplate } from './policy-templates.ts';

/** Actions that a function's role needs for its dead-letter queue, by the type of the queue. */
const deadLetterActions: Readonly<Record<string, string>> = {
  SQS: 'sqs:SendMessage',
  SNS: 'sns:Publish',
};

/**
 * Returns the role that SAM creates for a function without `Role`. Policy templates of services that the runtime does not have are named
 * in its metadata.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
 */
export function buildFunctionRole(id: string, properties: Fields): ResourceDeclaration {
  const { AssumeRolePolicyDocument, RolePath, PermissionsBoundary, DurableConfig, Tracing } =
    properties;
  if (PermissionsBoundary !== undefined) {
    throw invalid(`Resource ${id}: the local runtime does not implement PermissionsBoundary`);
  }
  const { managed, inline, ignored } = readPolicies(id, properties['Policies']);
  const basic = DurableConfig
    ? 'service-role/AWSLambdaBasicDurableExecutionRolePolicy'
    : 'service-role/AWSLambdaBasicExecutionRole';
  const generated = [
    basic,
    ...(Tracing && Tracing !== 'Disabled' ? ['AWSXRayDaemonWriteAccess'] : []),
  ];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: AssumeRolePolicyDocument ?? {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['lambda.amazonaws.com'] },
            Action: ['sts:AssumeRole'],
          },
        ],
      },
      ManagedPolicyArns: [
        ...generated.map((name) => ({
          'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${name}`,
        })),
        ...managed,
      ],
      Policies: [
        ...buildDeadLetterPolicy(id, properties['DeadLetterQueue']),
        ...inline.map(({ index, document }) => ({
          PolicyName: `${id}RolePolicy${index}`,
          PolicyDocument: document,
        })),
      ],
      ...(RolePath === undefined ? {} : { Path: RolePath }),
      Tags: buildTags(properties['Tags']),
    },
    ...(ignored.length > 0 ? { Metadata: { IgnoredPolicyTemplates: ignored } } : {}),
  };
}

interface FunctionPolicies {
  /** ARNs of managed policies, or intrinsic functions that return them. */
  readonly managed: unknown[];
  readonly inline: { readonly index: number; readonly document: unknown }[];
  /** Names of policy templates of services that the runtime does not have. */
  readonly ignored: string[];
}

/** Returns the policies in the `Policies` property: names, ARNs, documents and policy templates. */
function readPolicies(id: string, policies: unknown): FunctionPolicies {
  const found: FunctionPolicies = { managed: [], inline: [], ignored: [] };
  for (const [index, policy] of [policies ?? []].flat().entries()) {
    const problem = addPolicy(found, index, policy);
    if (problem === undefined) continue;
    throw invalid(
      'Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. ' +
        `Number of errors found: 1. Resource with id [${id}] is invalid. ${problem}`,
    );
  }
  return found;
}

/** Adds one entry of `Policies`. Returns the problem if SAM does not accept its form. */
function addPolicy(found: FunctionPolicies, index: number, policy: unknown): string | undefined {
  const problem = `Policy at index ${index} in the 'Policies' property is not valid`;
  if (typeof policy === 'string') {
    found.managed.push(toManagedArn(policy));
    return undefined;
  }
  if (!isFields(policy)) return problem;
  const conditional = parseIntrinsic(policy);
  if (conditional?.[0] === 'Fn::If') return addConditional(found, index, conditional[1]);
  if (conditional) {
    found.managed.push(policy);
    return undefined;
  }
  if (Object.hasOwn(policy, 'Statement')) {
    found.inline.push({ index, document: policy });
    return undefined;
  }
  const [[name, parameters] = [''], ...others] = Object.entries(policy);
  if (others.length > 0 || !isPolicyTemplate(name)) return problem;
  try {
    const document = expandPolicyTemplate(name, parameters);
    if (document) found.inline.push({ index, document });
    else found.ignored.push(name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Adds a policy that exists only if a condition is true. Both branches have to be of the same kind. */
function addConditional(
  found: FunctionPolicies,
  index: number,
  argument: unknown,
): string | undefined {
  const [condition, ...branches] = Array.isArray(argument) ? (argument as unknown[]) : [];
  const noValue = { Ref: 'AWS::NoValue' };
  const parts = branches.map((branch): FunctionPolicies | string => {
    const part: FunctionPolicies = { managed: [], inline: [], ignored: [] };
    const isAbsent = isFields(branch) && branch['Ref'] === 'AWS::NoValue';
    return (isAbsent ? undefined : addPolicy(part, index, branch)) ?? part;
  });
  const problem = parts.find((part) => typeof part === 'string');
  if (problem !== undefined) return problem;
  const [whenTrue, whenFalse] = parts as FunctionPolicies[];
  const choose = (read: (part: FunctionPolicies | undefined) => unknown) => ({
    'Fn::If': [condition, read(whenTrue) ?? noValue, read(whenFalse) ?? noValue],
  });
  found.ignored.push(...(whenTrue?.ignored ?? []), ...(whenFalse?.ignored ?? []));
  if ([whenTrue, whenFalse].some((part) => part && part.managed.length > 0)) {
    found.managed.push(choose((part) => part?.managed[0]));
  }
  if ([whenTrue, whenFalse].some((part) => part && part.inline.length > 0)) {
    const document = choose((part) => part?.inline[0]?.document);
    found.inline.push({ index, document });
  }
  return undefined;
}

/** A name without a path is that of a policy of AWS, as in SAM. */
function toManagedArn(name: string): unknown {
  if (name.startsWith('arn:')) return name;
  return (
    findManagedPolicyArn(name) ?? { 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${name}` }
  );
}

function buildDeadLetterPolicy(id: string, queue: unknown): Fields[] {
  if (queue === undefined) return [];
  const { Type, TargetArn } = isFields(queue) ? queue : {};
  const action = deadLetterActions[String(Type)];
  if (action === undefined || TargetArn === undefined) {
    throw invalid(
      `Resource with id [${id}] is invalid. 'DeadLetterQueue' requires Type and TargetArn properties to be specified.`,
    );
  }
  return [
    {
      PolicyName: 'DeadLetterQueuePolicy',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: action, Resource: TargetArn }],
      },
    },
  ];
}

/** Returns the tags of the function and SAM's own tag, as a list. */
export function buildTags(tags: unknown): Fields[] {
  const all = { ...(isFields(tags) ? tags : {}), 'lambda:createdBy': 'SAM' };
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}
