import { randomUUID } from 'node:crypto';
import { account, partition } from '../shared/account.ts';
import type { Protocol, Service, WireRequest, WireResponse } from '../wire/http.ts';

const version = '2011-06-15';

/** Creates the STS service. On the local runtime every caller is the root user of account 000000000000. */
export function createSts(): { readonly service: Service } {
  const protocol: Protocol = {
    operation: (request) => parseParameters(request).get('Action') ?? '',
    failure: ({ name, message, status }) => errorResponse(status, name, message),
  };
  return { service: { name: 'sts', protocol, claims, handle } };
}

function claims({ signature, body, method, path }: WireRequest): boolean {
  if (signature?.service !== undefined) return signature.service === 'sts';
  if (method !== 'POST' || path !== '/') return false;
  return body.length < 4096 && parseForm(body).get('Version') === version;
}

/** GetCallerIdentity has only the parameters of every request in the query protocol. */
const commonParameters = new Set(['Action', 'Version']);

function handle(request: WireRequest): WireResponse {
  if (!request.signature) {
    return errorResponse(
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    );
  }
  const parameters = parseParameters(request);
  const action = parameters.get('Action') ?? '';
  if (action !== 'GetCallerIdentity') {
    return errorResponse(
      400,
      'InvalidAction',
      `The local runtime does not implement ${action} of STS`,
    );
  }
  const unknown = [...parameters.keys()].find(
    (name) => !commonParameters.has(name) && !name.startsWith('X-Amz-'),
  );
  if (unknown !== undefined) {
    return errorResponse(
      400,
      'InvalidParameterCombination',
      `The local runtime does not implement the parameter ${unknown} of ${action}`,
    );
  }
  return xmlResponse(
    200,
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/${version}/"><GetCallerIdentityResult>` +
      `<Arn>arn:${partition}:iam::${account}:root</Arn><UserId>${account}</UserId><Account>${account}</Account>` +
      `</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
      '</GetCallerIdentityResponse>',
  );
}

function errorResponse(status: number, code: string, message: string): WireResponse {
  return xmlResponse(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message.replace(/[<&>]/g, '')}` +
      `</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function xmlResponse(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

/** Returns the parameters in the body and the query of a request. */
function parseParameters({ body, query }: WireRequest): URLSearchParams {
  return new URLSearchParams([...query, ...parseForm(body)]);
}

function parseForm(body: Buffer): URLSearchParams {
  return new URLSearchParams(body.toString('utf8'));
}
