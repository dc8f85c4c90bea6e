import { randomInt } from 'node:crypto';
import type { Functions, RestApis } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { type Api, contextOf, gatewayResponse, route } from './call.ts';
import { integrate } from './integrate.ts';
import { refusal } from './validate.ts';

const largestBody = 10 * 1024 * 1024;
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** API Gateway: serves REST APIs from their OpenAPI definitions at `/execute-api/<id>/<stage>/`. */
export function createApiGateway({
  store,
  functions,
}: {
  store: Store;
  functions: Functions;
}): RestApis {
  store.schema('create table if not exists rest_apis (id text primary key, api text not null)');
  const cache = new Map<string, Api>();

  function find(id: string): Api | undefined {
    const cached = cache.get(id);
    if (cached) return cached;
    const row = store.sql('select api from rest_apis where id = ?').get(id);
    if (!row) return undefined;
    const api = JSON.parse(String(row['api'])) as Api;
    cache.set(id, api);
    return api;
  }

  async function handle(request: WireRequest): Promise<WireResponse> {
    const [, , id = '', stage = '', ...rest] = request.path.split('/');
    const api = find(id);
    if (!api || api.stage !== stage) {
      return { status: 403, headers: json, body: '{"message":"Forbidden"}' };
    }
    const path = `/${rest.join('/')}`;
    const call = route(api, request, path);
    if (!call) {
      const context = contextOf(api, request, path);
      const message = 'Missing Authentication Token';
      return gatewayResponse({ api, context }, 'MISSING_AUTHENTICATION_TOKEN', { message });
    }
    if (request.body.length > largestBody) {
      return gatewayResponse(call, 'REQUEST_TOO_LARGE', { message: 'Request Too Long' });
    }
    return refusal(call) ?? (await integrate(functions, call));
  }

  return {
    service: {
      name: 'execute-api',
      protocol: {
        operation: ({ method }) => method,
        failure({ name, message }, request) {
          const [, , id = '', , ...rest] = request.path.split('/');
          const api = find(id);
          if (!api) return { status: 403, headers: json, body: '{"message":"Forbidden"}' };
          const context = contextOf(api, request, `/${rest.join('/')}`);
          return gatewayResponse({ api, context }, name, { message });
        },
      },
      claims: ({ path }) => path.startsWith('/execute-api/'),
      handle,
    },
    put(given) {
      const id =
        given.id ?? Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('');
      cache.delete(id);
      store.transact(() =>
        store
          .sql('insert or replace into rest_apis (id, api) values (?, ?)')
          .run(id, JSON.stringify({ ...given, id })),
      );
      return id;
    },
    remove(id) {
      cache.delete(id);
      store.transact(() => store.sql('delete from rest_apis where id = ?').run(id));
    },
  };
}

const json = { 'content-type': 'application/json' };
