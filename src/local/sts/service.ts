import { hash, randomUUID } from 'node:crypto';
import { formatPrincipal, type Principal } from '../iam/principal.ts';
import { account } from '../shared/account.ts';
import type {
  Protocol,
  Service,
  UnverifiedRequest,
  WireRequest,
  WireResponse,
} from '../wire/http.ts';

const version = '2011-06-15';

/** Creates the STS service. */
export function createSts(): { readonly service: Service } {
  const protocol: Protocol = {
    operation: (request) => parseParameters(request).get('Action') ?? '',
    failure: ({ name, message, status }) => errorResponse(status, name, message),
  };
  // AWS allows this to everybody, even against a Deny: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  const permissions = () => [];
  return { service: { name: 'sts', protocol, claims, permissions, handle } };
}

function claims({ signature, body, method, path }: UnverifiedRequest): boolean {
  if (signature?.service !== undefined) return signature.service === 'sts';
  if (method !== 'POST' || path !== '/') return false;
  return body.length < 4096 && parseForm(body).get('Version') === version;
}

/** GetCallerIdentity has only the parameters of every request in the query protocol. */
const commonParameters = new Set(['Action', 'Version']);

function handle(request: WireRequest): WireResponse {
  const { caller } = request;
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
    (name) => !commonParameters.has(name) && !/^x-amz-/i.test(name),
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
      `<Arn>${formatPrincipal(caller)}</Arn><UserId>${formatUserId(caller)}</UserId><Account>${account}</Account>` +
      `</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
      '</GetCallerIdentityResponse>',
  );
}

/**
 * Returns the account for its root, and a unique id for a user or for the role of a session.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
function formatUserId(caller: Principal): string {
  const toId = (name: string) => hash('sha256', name).slice(0, 17).toUpperCase();
  if (caller.kind === 'user') return `AIDA${toId(caller.name)}`;
  if (caller.kind === 'session') return `AROA${toId(caller.role)}:${caller.session}`;
  return account;
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
