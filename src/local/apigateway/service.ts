import { randomBytes } from 'node:crypto';
import type { Functions, RestApis } from '../services.ts';
import type { Store } from '../store/store.ts';
import type { Definition } from './definition.ts';
import { callApi, type RestApi } from './gateway.ts';

const prefix = '/execute-api/';

/**
 * The REST front of API Gateway: `/execute-api/<id>/<stage>/…` without a key or a signature. It reads the template's OpenAPI
 * definition: mapping templates, request validation, gateway responses, Lambda integrations.
 */
export function createApiGateway({
  store,
  functions,
}: {
  store: Store;
  functions: Functions;
}): RestApis {
  store.schema('create table if not exists rest_apis (id text primary key, data text not null)');
  const apis = new Map<string, RestApi>();

  function find(id: string): RestApi | undefined {
    const row = store.sql('select data from rest_apis where id = ?').get(id);
    if (!row) return undefined;
    // Parsed once: the definition is only replaced as a whole.
    const cached = apis.get(String(row['data']));
    if (cached) return cached;
    const api = JSON.parse(String(row['data'])) as RestApi;
    apis.set(String(row['data']), api);
    return api;
  }

  return {
    service: {
      name: 'execute-api',
      claims: ({ path }) => path.startsWith(prefix),
      async handle(request) {
        const [id = '', stage, ...rest] = request.path.slice(prefix.length).split('/');
        const api = find(id);
        if (!api || api.stage !== stage) {
          return {
            status: 403,
            headers: { 'content-type': 'application/json' },
            body: '{"message":"Forbidden"}',
          };
        }
        return callApi(api, rest.join('/'), { request, functions });
      },
    },
    put({ id = randomBytes(5).toString('hex'), name, stage, definition }) {
      const api: RestApi = { id, name, stage, definition: definition as Definition };
      store.transact(() =>
        store
          .sql('insert or replace into rest_apis (id, data) values (?, ?)')
          .run(id, JSON.stringify(api)),
      );
      return id;
    },
    remove(id) {
      store.transact(() => store.sql('delete from rest_apis where id = ?').run(id));
    },
  };
}
