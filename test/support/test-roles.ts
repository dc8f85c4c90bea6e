import type { AwsCredentials } from '../../src/local/iam/credentials.ts';
import { signedFetch } from './credentials.ts';

/** The address of a runtime and the credentials of its project. */
interface Account {
  readonly url: string;
  readonly credentials: AwsCredentials;
}

/** Calls an operation of IAM in the query protocol. Returns the status and the XML of the response. */
export async function callIam(
  { url, credentials }: Account,
  Action: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<{ status: number; text: string }> {
  const body = new URLSearchParams({ Action, Version: '2010-05-08', ...parameters }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const options = { method: 'POST', headers, body, credentials };
  const response = await signedFetch('iam', `${url}/`, options);
  return { status: response.status, text: await response.text() };
}

/** Creates a role that Lambda can assume, with one inline policy. It may do everything by default. Returns its ARN. */
export async function createTestRole(
  account: Account,
  name: string,
  statement: unknown = { Effect: 'Allow', Action: '*', Resource: '*' },
): Promise<string> {
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const toDocument = (Statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement });
  const { text } = await callIam(account, 'CreateRole', {
    RoleName: name,
    AssumeRolePolicyDocument: toDocument(trust),
  });
  const [, arn] = /<Arn>(.+)<\/Arn>/.exec(text) ?? [];
  if (!arn) throw new Error(text);
  await callIam(account, 'PutRolePolicy', {
    RoleName: name,
    PolicyName: 'test',
    PolicyDocument: toDocument(statement),
  });
  return arn;
}
