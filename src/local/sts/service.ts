import { randomUUID } from 'node:crypto';
import {
  account,
  type Protocol,
  partition,
  type Service,
  type WireRequest,
  type WireResponse,
} from '../wire/http.ts';

const version = '2011-06-15';

/** STS: says who the caller is, which on the local runtime is always the root of account 000000000000. */
export function createSts(): { readonly service: Service } {
  const protocol: Protocol = {
    operation: ({ body, query }) => form(body).get('Action') ?? query.get('Action') ?? '',
    failure: ({ name, message, status }) => failure(status, name, message),
  };
  return { service: { name: 'sts', protocol, claims, handle } };
}

function claims({ headers, body, method, path }: WireRequest): boolean {
  if (headers.authorization?.includes('/sts/aws4_request')) return true;
  if (method !== 'POST' || path !== '/') return false;
  return body.length < 4096 && form(body).get('Version') === version;
}

function handle({ headers, body, query }: WireRequest): WireResponse {
  if (!headers.authorization) {
    return failure(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const action = form(body).get('Action') ?? query.get('Action') ?? '';
  if (action !== 'GetCallerIdentity') {
    return failure(400, 'InvalidAction', `The local runtime does not implement ${action} of STS`);
  }
  return xml(
    200,
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/${version}/"><GetCallerIdentityResult>` +
      `<Arn>arn:${partition}:iam::${account}:root</Arn><UserId>${account}</UserId><Account>${account}</Account>` +
      `</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
      '</GetCallerIdentityResponse>',
  );
}

function failure(status: number, code: string, message: string): WireResponse {
  return xml(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message.replace(/[<&>]/g, '')}` +
      `</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function form(body: Buffer): URLSearchParams {
  return new URLSearchParams(body.toString('utf8'));
}
