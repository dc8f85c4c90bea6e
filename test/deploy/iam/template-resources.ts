import { readFileSync } from 'node:fs';
import type { HandledResource } from '../../../src/local/cloudformation/access/handler-permissions.ts';
import { expandServerless } from '../../../src/local/cloudformation/sam/transform.ts';
import { ResolvedTemplate } from '../../../src/local/cloudformation/stacks/resolved-template.ts';
import { resolveParameters } from '../../../src/local/cloudformation/templates/parameters.ts';
import {
  type Fields,
  parseTemplate,
} from '../../../src/local/cloudformation/templates/template.ts';

const account = '000000000000';
const region = 'us-east-2';
/** With packaged code: the template itself names folders. */
const text = readFileSync(new URL('../../../template.yaml', import.meta.url), 'utf8').replaceAll(
  /CodeUri: .*/g,
  `CodeUri: s3://BUCKET/functions/code.zip`,
);

/** A resource of the template, with the name that it gets in a stack. */
export interface TemplateResource extends HandledResource {
  readonly logicalId: string;
}

/** Returns the resources that template.yaml creates in a stack, which keeps its archives in `bucket`. */
export function listTemplateResources(stack: string, bucket: string): TemplateResource[] {
  const template = text.replaceAll('BUCKET', bucket);
  const parsed = parseTemplate(template);
  const resolved = new ResolvedTemplate({
    template,
    parameters: resolveParameters(parsed, [], {}),
    stack: {
      name: stack,
      region,
      id: `arn:aws:cloudformation:${region}:${account}:stack/${stack}/1`,
    },
    exports: new Map(),
  } as never);
  expandServerless(parsed);
  const found = new Map<string, TemplateResource & { attributes: Fields }>();
  for (const [logicalId, declaration] of resolved.ordered()) {
    const { Type: type } = declaration;
    const properties = resolved.properties(declaration, (id) => found.get(id));
    const physicalId = namePhysically({ stack, logicalId, type, properties });
    const attributes = new Proxy<Fields>(
      {},
      {
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
        get: (_, name) => (name === 'Arn' ? formatArn(type, physicalId) : physicalId),
      },
    );
    found.set(logicalId, { logicalId, type, region, physicalId, properties, attributes });
  }
  return [...found.values()];
}

function namePhysically({
  stack,
  logicalId,
  type,
  properties,
}: Pick<TemplateResource, 'logicalId' | 'type' | 'properties'> & { stack: string }): string {
  const generated = `${stack}-${logicalId}-ABCDEFGHIJKL`;
  switch (type) {
    case 'AWS::Lambda::Function':
      return String(properties['FunctionName']);
    case 'AWS::Lambda::Version':
      return `arn:aws:lambda:${region}:${account}:function:${String(properties['FunctionName'])}:1`;
    case 'AWS::Lambda::Alias':
      return `arn:aws:lambda:${region}:${account}:function:${String(properties['FunctionName'])}:live`;
    case 'AWS::Logs::LogGroup':
      return String(properties['LogGroupName']);
    case 'AWS::CloudWatch::Dashboard':
      return String(properties['DashboardName']);
    case 'AWS::ApiGateway::Stage':
      return String(properties['StageName']);
    case 'AWS::SQS::Queue':
      return `http://127.0.0.1/${account}/${generated}`;
    default:
      return generated;
  }
}

/** Returns the attribute `Arn` of a resource. That of a log group covers its streams. */
function formatArn(type: string, physicalId: string): string {
  const own = (service: string, resource: string) =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
  switch (type) {
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${account}:role/${physicalId}`;
    case 'AWS::DynamoDB::Table':
      return own('dynamodb', `table/${physicalId}`);
    case 'AWS::Lambda::Function':
      return own('lambda', `function:${physicalId}`);
    case 'AWS::Logs::LogGroup':
      return own('logs', `log-group:${physicalId}:*`);
    case 'AWS::SQS::Queue':
      return own('sqs', physicalId.split('/').at(-1) ?? '');
    default:
      return physicalId;
  }
}
