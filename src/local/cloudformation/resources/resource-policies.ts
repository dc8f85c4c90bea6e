import { findPolicyProblem } from '../../iam/resource-policy-check.ts';
import { partition } from '../../shared/account.ts';
import { invalid } from '../query-protocol.ts';
import { toText } from '../templates/intrinsics.ts';
import type { Fields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

const unsupportedMembers = ['EventSourceToken', 'PrincipalOrgID'];

/** Properties of a permission, all of which require a new resource. */
const permissionProperties = [
  'FunctionName',
  'Action',
  'Principal',
  'SourceArn',
  'SourceAccount',
  'FunctionUrlAuthType',
  'InvokedViaFunctionUrl',
];

/** AWS::Lambda::Permission: a statement in the policy of a function, version or alias. `Ref` is its statement id. */
export function permissionHandler({ functions }: Services): ResourceHandler {
  const add = ({ properties }: ResourceRequest, statementId: string): PhysicalResource => {
    const unsupported = unsupportedMembers.find((name) => properties[name] !== undefined);
    if (unsupported !== undefined) {
      throw invalid(
        `The local runtime does not implement ${unsupported} of AWS::Lambda::Permission`,
      );
    }
    functions.addPermission({
      function: toText(properties['FunctionName']),
      statementId,
      action: toText(properties['Action']),
      principal: toText(properties['Principal']),
      sourceArn: nonEmptyText(properties['SourceArn']),
      sourceAccount: nonEmptyText(properties['SourceAccount']),
      functionUrlAuthType: nonEmptyText(properties['FunctionUrlAuthType']),
      invokedViaFunctionUrl: [true, 'true'].includes(
        properties['InvokedViaFunctionUrl'] as boolean | string,
      ),
    });
    return { physicalId: statementId, attributes: { Id: statementId } };
  };
  const remove = (properties: Fields, statementId: string) =>
    functions.removePermission({ function: toText(properties['FunctionName']), statementId });
  return {
    createOnly: permissionProperties,
    create: (request) => add(request, generateName(request)),
    update(request, { physicalId, properties }) {
      remove(properties, physicalId);
      return add(request, physicalId);
    },
    remove: ({ physicalId, properties }) => remove(properties, physicalId),
  };
}

/** AWS::SQS::QueuePolicy: the policy of one or more queues. */
export function queuePolicyHandler({ iam, sqs }: Services): ResourceHandler {
  const listArns = ({ Queues: queues }: Fields) =>
    (Array.isArray(queues) ? queues : []).map((url) =>
      sqs.arn(toText(url).split('/').at(-1) ?? ''),
    );
  return resourcePolicyHandler(iam.resourcePolicies, listArns);
}

/** AWS::S3::BucketPolicy: the policy of a bucket. */
export function bucketPolicyHandler({ iam }: Services): ResourceHandler {
  const listArns = ({ Bucket: bucket }: Fields) => [`arn:${partition}:s3:::${toText(bucket)}`];
  return { ...resourcePolicyHandler(iam.resourcePolicies, listArns), createOnly: ['Bucket'] };
}

function resourcePolicyHandler(
  policies: Services['iam']['resourcePolicies'],
  listArns: (properties: Fields) => string[],
): ResourceHandler {
  const put = ({ properties }: ResourceRequest): void => {
    const { PolicyDocument: policy } = properties;
    const document = typeof policy === 'string' ? policy : JSON.stringify(policy ?? {});
    const problem = findPolicyProblem(document);
    if (problem !== undefined) throw invalid(`Invalid value for the parameter Policy: ${problem}`);
    for (const arn of listArns(properties)) policies.put(arn, document);
  };
  const remove = (properties: Fields): void => {
    for (const arn of listArns(properties)) policies.remove(arn);
  };
  return {
    createOnly: [],
    create(request) {
      put(request);
      const physicalId = generateName(request);
      return { physicalId, attributes: { Id: physicalId } };
    },
    update(request, { physicalId, attributes, properties }) {
      remove(properties);
      put(request);
      return { physicalId, attributes };
    },
    remove: ({ properties }) => remove(properties),
  };
}
