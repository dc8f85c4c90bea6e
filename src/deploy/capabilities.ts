import type { Capability } from '@aws-sdk/client-cloudformation';

interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>> | null;
}

/** Properties that name an IAM resource. */
const nameProperties = [
  'GroupName',
  'InstanceProfileName',
  'ManagedPolicyName',
  'RoleName',
  'UserName',
];

/** Resource types and transforms that CloudFormation expands to resources that the template does not show. */
const serverless = 'AWS::Serverless-2016-10-31';
const nestedTypes = ['AWS::CloudFormation::Stack', 'AWS::Serverless::Application'];

/**
 * Returns the capabilities that CloudFormation requires for a parsed template. Only these are passed, so that a template that begins
 * to name its roles is noticed. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
 */
export function requiredCapabilities(template: unknown): Capability[] {
  const { Resources, Transform = [] } = (template ?? {}) as {
    Resources?: Readonly<Record<string, Resource>> | null;
    Transform?: string | readonly string[];
  };
  const resources = Object.values(Resources ?? {});
  const hasType = (types: readonly string[]) =>
    resources.some(({ Type = '' }) => types.includes(Type));
  const iam = resources.filter(({ Type = '' }) => Type.startsWith('AWS::IAM::'));
  const isNamed = iam.some(({ Properties }) =>
    nameProperties.some((name) => Object.hasOwn(Properties ?? {}, name)),
  );
  // SAM creates a role for a function without one.
  const createsRole = resources.some(
    ({ Type, Properties }) => Type === 'AWS::Serverless::Function' && !Properties?.['Role'],
  );
  const isNested = hasType(nestedTypes);
  const expands = isNested || [Transform].flat().some((transform) => transform !== serverless);
  return [
    ...(isNamed || isNested ? (['CAPABILITY_NAMED_IAM'] as const) : []),
    ...(!isNamed && !isNested && (iam.length > 0 || createsRole)
      ? (['CAPABILITY_IAM'] as const)
      : []),
    ...(expands ? (['CAPABILITY_AUTO_EXPAND'] as const) : []),
  ];
}
