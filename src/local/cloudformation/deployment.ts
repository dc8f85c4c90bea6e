import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Store } from '../store/store.ts';
import type { Program } from './resolved-template.ts';
import { isReplaced } from './resource-changes.ts';
import type { Handler, Physical, ResourceRequest } from './resources/handler.ts';
import type { ResourceState, StackRepository, StackState } from './stack-repository.ts';
import type { Fields, ResourceDeclaration } from './template.ts';

export interface DeploymentTools {
  readonly store: Store;
  readonly repository: StackRepository;
  readonly handlers: (type: string) => Handler;
}

interface Undo {
  readonly before?: ResourceState;
  readonly after: ResourceState;
}

/** Carries a stack from what it is to what a program says, or back when a resource fails. */
export class Deployment {
  readonly #tools: DeploymentTools;
  readonly #stack: StackState;
  readonly #resources: Map<string, ResourceState>;
  readonly #replaced: ResourceState[] = [];
  readonly #undo: Undo[] = [];

  constructor(stack: StackState, tools: DeploymentTools) {
    this.#tools = tools;
    this.#stack = stack;
    this.#resources = new Map(stack.resources.map((each) => [each.logicalId, each]));
  }

  /** Creates or updates; the stack's status says how it went. */
  apply(program: Program, settings: { creating: boolean; onFailure: string }): void {
    const { creating, onFailure } = settings;
    const verb = creating ? 'CREATE' : 'UPDATE';
    this.#status(`${verb}_IN_PROGRESS`, 'User Initiated');
    try {
      const ordered = program.ordered();
      for (const [id, resource] of ordered) this.#put(program, id, resource);
      this.#stack.outputs = program.outputs((id) => this.#resources.get(id));
      this.#stack.imports = [...program.imports];
      this.#checkExports();
      const wanted = new Set(ordered.map(([id]) => id));
      if (!creating) this.#status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      for (const old of this.#replaced.reverse()) this.#remove(old, old.replacePolicy);
      for (const old of this.#stack.resources.toReversed()) {
        if (wanted.has(old.logicalId)) continue;
        this.#remove(old, old.deletionPolicy);
        this.#resources.delete(old.logicalId);
      }
      this.#stack.resources = ordered.flatMap(([id]) => this.#resources.get(id) ?? []);
      this.#status(`${verb}_COMPLETE`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (creating && onFailure === 'DO_NOTHING') {
        this.#stack.resources = [...this.#resources.values()];
        this.#status('CREATE_FAILED', reason);
        return;
      }
      this.#rollBack(creating, reason);
    }
  }

  /** Deletes everything that the policies do not keep. */
  destroy(): void {
    this.#status('DELETE_IN_PROGRESS', 'User Initiated');
    const kept: ResourceState[] = [];
    let failed = '';
    for (const resource of this.#stack.resources.toReversed()) {
      try {
        this.#remove(resource, resource.deletionPolicy);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#event(resource, 'DELETE_FAILED', reason);
        failed += `${failed ? ', ' : ''}${resource.logicalId}`;
        kept.unshift(resource);
      }
    }
    this.#stack.resources = kept;
    if (failed) {
      this.#status('DELETE_FAILED', `The following resource(s) failed to delete: [${failed}]. `);
      return;
    }
    this.#stack.deleted = Date.now();
    this.#status('DELETE_COMPLETE');
  }

  /** An export has one name in a region. */
  #checkExports(): void {
    const { id, region, outputs } = this.#stack;
    const others = this.#tools.repository.exports(region, id);
    for (const { exportName } of outputs) {
      const other = exportName ? others.get(exportName) : undefined;
      if (other) {
        throw new Error(
          `Export with name ${exportName} is already exported by stack ${other.stack}.`,
        );
      }
    }
  }

  #put(program: Program, logicalId: string, declaration: ResourceDeclaration): void {
    const before = this.#resources.get(logicalId);
    const same = before?.type === declaration.Type ? before : undefined;
    const shown = { logicalId, type: declaration.Type, physicalId: same?.physicalId ?? '' };
    const verb = same ? 'UPDATE' : 'CREATE';
    try {
      const find = (id: string) => this.#resources.get(id);
      const properties = program.properties(declaration, find);
      const policies = {
        deletionPolicy: declaration.DeletionPolicy ?? 'Delete',
        replacePolicy: declaration.UpdateReplacePolicy ?? 'Delete',
      };
      if (same && isDeepStrictEqual(same.properties, properties)) {
        this.#resources.set(logicalId, { ...same, ...policies });
        return;
      }
      this.#event(shown, `${verb}_IN_PROGRESS`);
      const after = this.#make({ logicalId, type: declaration.Type, properties }, same);
      const updated = { status: `${verb}_COMPLETE`, updated: Date.now() };
      const state = { ...shown, ...after, properties, ...policies, ...updated };
      this.#resources.set(logicalId, state);
      this.#undo.push({ ...(before ? { before } : {}), after: state });
      if (before && before.physicalId !== state.physicalId) this.#replaced.push(before);
      this.#event(state, `${verb}_COMPLETE`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#event(shown, `${verb}_FAILED`, reason);
      throw new Error(
        `The following resource(s) failed to ${verb.toLowerCase()}: [${logicalId}]. `,
        {
          cause: error,
        },
      );
    }
  }

  #make(
    made: { logicalId: string; type: string; properties: Fields },
    before: ResourceState | undefined,
  ): Physical {
    const request: ResourceRequest = {
      ...made,
      stack: this.#stack.name,
      region: this.#stack.region,
    };
    const handler = this.#tools.handlers(made.type);
    return this.#tools.store.transact(() =>
      before && !isReplaced(handler, before.properties, made.properties)
        ? handler.update(request, before)
        : handler.create(request),
    );
  }

  #remove(resource: ResourceState, policy: string): void {
    if (policy === 'Retain' || policy === 'RetainExceptOnCreate') {
      this.#event(resource, 'DELETE_SKIPPED');
      return;
    }
    this.#event(resource, 'DELETE_IN_PROGRESS');
    try {
      this.#tools.store.transact(() => this.#tools.handlers(resource.type).remove(resource));
    } catch (error) {
      // What somebody deleted by hand is as gone as it shall be.
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    }
    this.#event(resource, 'DELETE_COMPLETE');
  }

  #rollBack(creating: boolean, reason: string): void {
    const prefix = creating ? '' : 'UPDATE_';
    this.#status(`${prefix}ROLLBACK_IN_PROGRESS`, reason);
    try {
      for (const { before, after } of this.#undo.toReversed()) {
        const replaced = before && before.physicalId !== after.physicalId;
        if (!before || replaced) {
          this.#remove(after, after.deletionPolicy === 'Retain' && creating ? 'Retain' : 'Delete');
        } else {
          this.#event(before, 'UPDATE_IN_PROGRESS');
          this.#make(before, after);
          this.#event(before, 'UPDATE_COMPLETE');
        }
      }
      if (creating) this.#stack.resources = [];
      this.#status(`${prefix}ROLLBACK_COMPLETE`, reason);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#status(`${prefix}ROLLBACK_FAILED`, why);
    }
  }

  #status(status: string, reason?: string): void {
    this.#stack.status = status;
    this.#stack.reason = reason === 'User Initiated' ? undefined : reason;
    const { id, name } = this.#stack;
    const type = 'AWS::CloudFormation::Stack';
    this.#event({ logicalId: name, physicalId: id, type }, status, reason);
    this.#tools.repository.save(this.#stack);
  }

  #event(
    { logicalId, physicalId, type }: { logicalId: string; physicalId: string; type: string },
    ...[status, reason]: [status: string, reason?: string]
  ): void {
    const about = { logicalId, physicalId, type, status, ...(reason ? { reason } : {}) };
    const event = { id: randomUUID(), time: Date.now(), ...about };
    this.#tools.repository.addEvent(this.#stack.id, event);
  }
}
