import { invalid } from './query-protocol.ts';

const template = 'TemplateBody TemplateURL';
const proposal = `StackName ${template} Parameters Capabilities Tags RoleARN`;
const unchanged = 'DisableRollback EnableTerminationProtection RetainExceptOnCreate';

/**
 * The parameters of each operation that the local runtime implements. It rejects all others by name. A client token needs no
 * implementation: a repeated request fails, because the stack or change set exists.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
 */
const parametersByOperation: Readonly<Record<string, string>> = {
  CreateStack: `${proposal} ${unchanged} OnFailure ClientRequestToken`,
  UpdateStack: `${proposal} ${unchanged} UsePreviousTemplate ClientRequestToken`,
  DeleteStack: 'StackName RoleARN ClientRequestToken',
  ValidateTemplate: template,
  GetTemplateSummary: `${template} StackName`,
  GetTemplate: 'StackName TemplateStage',
  DescribeStacks: 'StackName',
  ListStacks: 'StackStatusFilter',
  DescribeStackEvents: 'StackName NextToken',
  DescribeStackResources: 'StackName LogicalResourceId',
  ListStackResources: 'StackName',
  DescribeStackResource: 'StackName LogicalResourceId',
  CreateChangeSet: `${proposal} UsePreviousTemplate ChangeSetName ChangeSetType ClientToken Description IncludeNestedStacks OnStackFailure`,
  DescribeChangeSet: 'ChangeSetName StackName IncludePropertyValues',
  DeleteChangeSet: 'ChangeSetName StackName',
  ExecuteChangeSet: `ChangeSetName StackName ClientRequestToken ${unchanged}`,
};

/** Parameters whose value must be the default, because the local runtime does not implement the other value. */
const onlyFalse = new Set([...unchanged.split(' '), 'IncludeNestedStacks']);

/** Fields of the structures in lists. */
const fieldsOfLists: Readonly<Record<string, readonly string[]>> = {
  Parameters: ['ParameterKey', 'ParameterValue', 'UsePreviousValue'],
  Tags: ['Key', 'Value'],
};

const lists = new Set(['Capabilities', 'StackStatusFilter', ...Object.keys(fieldsOfLists)]);

/** Throws ValidationError for the first parameter of a request that the local runtime does not implement. */
export function rejectUnknownParameters(operation: string, form: URLSearchParams): void {
  const known = new Set([
    'Action',
    'Version',
    ...(parametersByOperation[operation] ?? '').split(' '),
  ]);
  for (const [key, value] of form) {
    if (/^x-amz-/i.test(key)) continue;
    const [name = '', ...path] = key.split('.');
    const isKnown = known.has(name) && isKnownPath(name, path);
    const isServed = !onlyFalse.has(name) || value === 'false';
    if (isKnown && isServed) continue;
    throw invalid(`The local runtime does not implement the parameter ${key} of ${operation}`);
  }
}

/** Reports whether the rest of a key, such as `member.1.Key`, fits its parameter. An empty list has the key alone. */
function isKnownPath(name: string, path: readonly string[]): boolean {
  if (path.length === 0) return true;
  if (!lists.has(name)) return false;
  const [member, index = '', field] = path;
  const fields = fieldsOfLists[name];
  const hasField = fields ? field !== undefined && fields.includes(field) : field === undefined;
  return member === 'member' && /^\d+$/.test(index) && hasField && path.length <= 3;
}
