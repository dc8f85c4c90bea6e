import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUserRuntime } from '../iam/user-runtime.ts';

let runtime: Awaited<ReturnType<typeof startUserRuntime>>;
let path: string;

const template = `
Transform: AWS::Serverless-2016-10-31
Globals: {Api: {Auth: {DefaultAuthorizer: AWS_IAM}}}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Timeout: 30
      InlineCode: "exports.handler = async () => ({})"
      Events:
        Caller: {Type: Api, Properties: {Path: /caller, Method: get}}
        Service: {Type: Api, Properties: {Path: /service, Method: get, Auth: {InvokeRole: NONE}}}
        Open: {Type: Api, Properties: {Path: /open, Method: get, Auth: {Authorizer: NONE}}}
Outputs: {Id: {Value: !Ref ServerlessRestApi}}
`;

beforeAll(async () => {
  const invokeApi = { Action: 'execute-api:Invoke', Resource: '*' };
  const invokeFunction = { Action: 'lambda:InvokeFunction', Resource: '*' };
  const users = { both: [invokeApi, invokeFunction], api: [invokeApi], neither: [] };
  runtime = await startUserRuntime(users, { enforceIam: true });
  const { cloudformation } = runtime.root;
  const StackName = 'signed';
  const Capabilities = ['CAPABILITY_IAM' as const];
  await cloudformation.send(
    new CreateStackCommand({ StackName, TemplateBody: template, Capabilities }),
  );
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  path = `/execute-api/${Stacks?.[0]?.Outputs?.[0]?.OutputValue}/Prod`;
});
afterAll(() => runtime.close());

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-apifunctionauth.html
describe('an event of an API with AWS_IAM', () => {
  const methods = ['/caller', '/service', '/open'] as const;

  it.each([
    ['both', [200, 200, 200]],
    // Without the right to invoke the function, its integration fails.
    ['api', [500, 200, 200]],
    ['neither', [403, 403, 200]],
  ])('responds to the user %s', async (name, statuses) => {
    const user = runtime.user(name);
    const seen: number[] = [];
    for (const method of methods) {
      seen.push((await user.send('execute-api', `${path}${method}`)).status);
    }
    expect(seen).toEqual(statuses);
  });

  it('responds to an unsigned request only at the open method', async () => {
    const responses = methods.map((method) => fetch(`${runtime.url}${path}${method}`));
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([403, 403, 200]);
  });
});
