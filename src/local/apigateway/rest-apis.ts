import { randomInt } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { Api, Fields } from './call.ts';

const idCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789';

const schema = `
  create table if not exists rest_apis (id text primary key, api text not null);
  create table if not exists rest_api_deployments (
    id text primary key, api text not null, definition text not null);
  create table if not exists rest_api_stages (
    api text not null, name text not null, deployment text not null, primary key (api, name));
  create table if not exists rest_api_stage_variables (
    api text not null, stage text not null, variables text not null, primary key (api, stage));
`;

interface Stage {
  readonly api: string;
  readonly name: string;
  readonly deployment: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** An API without its stages. `stage` exists only in stores of older versions, which had one stage per API. */
interface StoredApi {
  readonly name: string;
  readonly definition: Fields;
  readonly stage?: string;
}

/** REST APIs, their deployments (immutable copies of the definition) and their stages, in the store. */
export class RestApiRepository {
  readonly #store: Store;
  readonly #served = new Map<string, Api>();

  constructor(store: Store) {
    this.#store = store;
    store.schema(schema);
    store.transact(() => this.#deployStagesOfOlderVersions());
  }

  /** Creates or replaces an API and returns its id. The stages keep serving their deployments. */
  put({ id = generateId(), name, definition }: StoredApi & { readonly id?: string }): string {
    this.#store.transact(() =>
      this.#store
        .sql('insert or replace into rest_apis (id, api) values (?, ?)')
        .run(id, JSON.stringify({ name, definition })),
    );
    return id;
  }

  /** Returns an API. Throws if it does not exist. */
  describe(id: string): { readonly name: string; readonly definition: Record<string, unknown> } {
    const { name, definition } = this.#requireApi(id);
    return { name, definition };
  }

  /** Copies the present definition of an API and returns the id of the copy. Throws if there is no such API. */
  createDeployment(api: string): string {
    const { definition } = this.#requireApi(api);
    const id = generateId();
    this.#store.transact(() =>
      this.#store
        .sql('insert into rest_api_deployments (id, api, definition) values (?, ?, ?)')
        .run(id, api, JSON.stringify(definition)),
    );
    return id;
  }

  /** Removes a deployment. Throws if a stage serves it. */
  removeDeployment(id: string): void {
    const stage = this.#store
      .sql('select name from rest_api_stages where deployment = ?')
      .get(id) as { name: string } | undefined;
    if (stage) {
      throw new Error('Active stages pointing to this deployment must be moved or deleted');
    }
    this.#store.transact(() =>
      this.#store.sql('delete from rest_api_deployments where id = ?').run(id),
    );
  }

  /** Creates a stage, or changes its deployment and variables. */
  putStage({ api, name, deployment, variables = {} }: Stage): void {
    this.#served.clear();
    this.#store.transact(() => {
      this.#store
        .sql('insert or replace into rest_api_stages (api, name, deployment) values (?, ?, ?)')
        .run(api, name, deployment);
      this.#store
        .sql(
          'insert or replace into rest_api_stage_variables (api, stage, variables) values (?, ?, ?)',
        )
        .run(api, name, JSON.stringify(variables));
    });
  }

  hasStage(api: string, name: string): boolean {
    const row = this.#store
      .sql('select 1 from rest_api_stages where api = ? and name = ?')
      .get(api, name);
    return row !== undefined;
  }

  removeStage(api: string, name: string): void {
    this.#served.clear();
    this.#store.transact(() => {
      this.#store.sql('delete from rest_api_stages where api = ? and name = ?').run(api, name);
      this.#store
        .sql('delete from rest_api_stage_variables where api = ? and stage = ?')
        .run(api, name);
    });
  }

  remove(id: string): void {
    this.#served.clear();
    this.#store.transact(() => {
      this.#store.sql('delete from rest_apis where id = ?').run(id);
      this.#store.sql('delete from rest_api_stages where api = ?').run(id);
      this.#store.sql('delete from rest_api_deployments where api = ?').run(id);
    });
  }

  /** Returns an API with the definition that a stage serves; undefined if there is no such stage. */
  findServed(id: string, stage: string): Api | undefined {
    const key = `${id}/${stage}`;
    const known = this.#served.get(key);
    if (known) return known;
    const row = this.#store
      .sql(
        `select definition, variables from rest_api_stages s join rest_api_deployments d on d.id = s.deployment
           left join rest_api_stage_variables v on v.api = s.api and v.stage = s.name
           where s.api = ? and s.name = ?`,
      )
      .get(id, stage);
    if (!row) return undefined;
    const definition = JSON.parse(String(row['definition'])) as Fields;
    const variables = JSON.parse(String(row['variables'] ?? '{}')) as Record<string, string>;
    const api = { id, name: this.#requireApi(id).name, stage, definition, variables };
    this.#served.set(key, api);
    return api;
  }

  #requireApi(id: string): StoredApi {
    const row = this.#store.sql('select api from rest_apis where id = ?').get(id);
    if (!row) throw new Error(`Invalid API identifier specified ${id}`);
    return JSON.parse(String(row['api'])) as StoredApi;
  }

  /** An older version stored the stage in the API. Gives every such API a deployment and a stage. */
  #deployStagesOfOlderVersions(): void {
    for (const { id, api } of this.#store.sql('select id, api from rest_apis').all()) {
      const { name, definition, stage } = JSON.parse(String(api)) as StoredApi;
      if (stage === undefined) continue;
      this.put({ id: String(id), name, definition });
      const deployment = this.createDeployment(String(id));
      this.putStage({ api: String(id), name: stage, deployment });
    }
  }
}

function generateId(): string {
  const characters = Array.from({ length: 10 }, () => idCharacters[randomInt(idCharacters.length)]);
  return characters.join('');
}
