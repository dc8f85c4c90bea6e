import { AwsError } from '../../wire/aws-error.ts';
import type { WireRequest, WireResponse } from '../../wire/http.ts';
import { configuration } from '../api-responses.ts';
import { type Fields, isFields } from '../constraints.ts';
import { parseTarget } from '../execution/chained-invoke.ts';
import { invalid } from '../execution/validation.ts';
import type { FunctionVersion } from '../function-registry.ts';
import type { Parts } from '../invoke.ts';
import {
  aliasesOf,
  aliasOf,
  createFunction,
  deleteFunction,
  publishVersion,
  putAlias,
  updateCode,
  updateConfiguration,
} from './operations.ts';

/** So many are listed at once. */
const pageSize = 50;

const answer = (value: unknown, status = 200): WireResponse => ({
  status,
  body: JSON.stringify(value),
});
const inFull = (version: FunctionVersion) => configuration(version, { qualified: true });
const done: WireResponse = { status: 204 };

/**
 * Functions, their versions and aliases: `/2015-03-31/functions[/{name}[/{what}[/{member}]]]`. Undefined for a request
 * that is none of these.
 */
export function managementRoute(
  parts: Parts,
  request: WireRequest,
  [identifier, what, member]: readonly (string | undefined)[],
): WireResponse | undefined {
  const { method, query } = request;
  const { functions } = parts;
  if (!identifier) {
    if (method === 'POST') return answer(createFunction(parts, bodyOf(request)), 201);
    if (method !== 'GET') return undefined;
    const names = functions.names();
    const all = query.get('FunctionVersion') === 'ALL';
    const listed = names.flatMap((name) =>
      all ? functions.versions(name) : [functions.resolve(name)],
    );
    return answer(
      page(
        'Functions',
        listed.map((each) => configuration(each, { qualified: all })),
        query,
      ),
    );
  }
  const target = parseTarget(identifier);
  const { name } = target;
  const qualifier = query.get('Qualifier') ?? target.qualifier;
  const qualified = qualifier !== undefined;
  switch (`${method} ${what ?? ''}`) {
    case 'GET ': {
      const version = functions.resolve(name, qualifier);
      const Code = { RepositoryType: 'S3', Location: `file://${version.root()}` };
      return answer({ Configuration: configuration(version, { qualified }), Code, Tags: {} });
    }
    case 'DELETE ':
      deleteFunction(parts, name, qualifier);
      return done;
    case 'GET configuration':
      return answer(configuration(functions.resolve(name, qualifier), { qualified }));
    case 'PUT configuration':
      return answer(updateConfiguration(parts, name, bodyOf(request)));
    case 'PUT code':
      return answer(updateCode(parts, name, bodyOf(request)));
    case 'POST versions':
      return answer(publishVersion(parts, name, bodyOf(request)), 201);
    case 'GET versions':
      functions.resolve(name);
      return answer(page('Versions', functions.versions(name).map(inFull), query));
    default:
      return what === 'aliases' ? aliasRoute(parts, request, { name, member }) : undefined;
  }
}

function aliasRoute(
  parts: Parts,
  request: WireRequest,
  { name, member }: { name: string; member: string | undefined },
): WireResponse | undefined {
  const { method, query } = request;
  if (!member) {
    if (method === 'POST') {
      return answer(putAlias(parts, name, { input: bodyOf(request), creating: true }), 201);
    }
    if (method !== 'GET') return undefined;
    return answer(page('Aliases', aliasesOf(parts, name, query.get('FunctionVersion')), query));
  }
  if (method === 'GET') return answer(aliasOf(parts, name, member));
  if (method === 'PUT') {
    const input = { ...bodyOf(request), Name: member };
    return answer(putAlias(parts, name, { input, creating: false }));
  }
  if (method !== 'DELETE') return undefined;
  parts.functions.removeAlias(name, member);
  return done;
}

/** A page of a list, from a marker on. */
function page(what: string, all: readonly unknown[], query: URLSearchParams) {
  const marker = query.get('Marker') ?? '0';
  if (!/^\d+$/.test(marker)) throw invalid('Invalid Marker');
  const from = Number(marker);
  const wanted = Number(query.get('MaxItems') ?? pageSize);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw invalid(`Value '${query.get('MaxItems')}' at 'maxItems' is not a number of items`);
  }
  const to = from + Math.min(wanted, pageSize);
  return {
    [what]: all.slice(from, to),
    ...(to < all.length ? { NextMarker: String(to) } : {}),
  };
}

function bodyOf({ body }: WireRequest): Fields {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
  if (isFields(value)) return value;
  throw new AwsError('SerializationException', 'The request body is not an object');
}
