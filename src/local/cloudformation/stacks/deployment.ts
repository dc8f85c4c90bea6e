import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Store } from '../../store/store.ts';
import type { FindDenial } from '../../wire/http.ts';
import type { HandlerOperation } from '../access/handler-actions.ts';
import { checkHandlerPermissions } from '../access/handler-permissions.ts';
import type { PhysicalResource, ResourceHandler, ResourceRequest } from '../resources/handler.ts';
import type { ResourceDeclaration } from '../templates/template.ts';
import { checkExports } from './exports.ts';
import type { ResolvedTemplate } from './resolved-template.ts';
import { requiresReplacement } from './resource-changes.ts';
import type { ResourceState, StackRepository, StackState } from './stack-repository.ts';

export interface DeploymentDeps {
  readonly store: Store;
  readonly repository: StackRepository;
  readonly findHandler: (type: string) => ResourceHandler;
  /** Finds the refusals for the handlers of the resources; undefined if access is not controlled. */
  readonly findDenial: FindDenial | undefined;
}

/** A change of this deployment that a rollback reverts. */
interface AppliedChange {
  readonly before?: ResourceState;
  readonly after: ResourceState;
}

/** Changes a stack to match a template, and rolls back if a resource fails. */
export class Deployment {
  readonly #deps: DeploymentDeps;
  readonly #stack: StackState;
  readonly #resources: Map<string, ResourceState>;
  readonly #replaced: ResourceState[] = [];
  readonly #applied: AppliedChange[] = [];

  constructor(stack: StackState, deps: DeploymentDeps) {
    this.#deps = deps;
    this.#stack = stack;
    this.#resources = new Map(stack.resources.map((resource) => [resource.logicalId, resource]));
  }

  /** Creates or updates the stack. The stack's status is the outcome. */
  apply(template: ResolvedTemplate, settings: { creating: boolean; onFailure: string }): void {
    const { creating, onFailure } = settings;
    const verb = creating ? 'CREATE' : 'UPDATE';
    this.#setStatus(`${verb}_IN_PROGRESS`, 'User Initiated');
    try {
      const ordered = template.ordered();
      for (const [id, resource] of ordered) this.#applyResource(template, id, resource);
      const { outputs } = this.#stack;
      this.#stack.outputs = template.outputs((id) => this.#resources.get(id));
      this.#stack.imports = [...template.imports];
      checkExports(this.#deps.repository, this.#stack, outputs);
      const declaredIds = new Set(ordered.map(([id]) => id));
      if (!creating) this.#setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      for (const old of this.#replaced.reverse()) this.#remove(old, old.replacePolicy);
      for (const old of this.#stack.resources.toReversed()) {
        if (declaredIds.has(old.logicalId)) continue;
        this.#remove(old, old.deletionPolicy);
        this.#resources.delete(old.logicalId);
      }
      this.#stack.resources = ordered.flatMap(([id]) => this.#resources.get(id) ?? []);
      this.#setStatus(`${verb}_COMPLETE`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (creating && onFailure === 'DO_NOTHING') {
        this.#stack.resources = [...this.#resources.values()];
        this.#setStatus('CREATE_FAILED', reason);
        return;
      }
      this.#rollBack(creating, reason);
    }
  }

  /** Deletes all resources without a retaining deletion policy. */
  destroy(): void {
    this.#setStatus('DELETE_IN_PROGRESS', 'User Initiated');
    const remaining: ResourceState[] = [];
    for (const resource of this.#stack.resources.toReversed()) {
      try {
        this.#remove(resource, resource.deletionPolicy);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#addEvent(resource, 'DELETE_FAILED', reason);
        remaining.unshift(resource);
      }
    }
    this.#stack.resources = remaining;
    if (remaining.length > 0) {
      const failed = remaining
        .map(({ logicalId }) => logicalId)
        .toReversed()
        .join(', ');
      this.#setStatus('DELETE_FAILED', `The following resource(s) failed to delete: [${failed}]. `);
      return;
    }
    this.#stack.deleted = Date.now();
    this.#setStatus('DELETE_COMPLETE');
  }

  #applyResource(
    template: ResolvedTemplate,
    logicalId: string,
    declaration: ResourceDeclaration,
  ): void {
    const before = this.#resources.get(logicalId);
    const previous = before?.type === declaration.Type ? before : undefined;
    const identity = { logicalId, type: declaration.Type, physicalId: previous?.physicalId ?? '' };
    const verb = previous ? 'UPDATE' : 'CREATE';
    try {
      const find = (id: string) => this.#resources.get(id);
      const properties = template.properties(declaration, find);
      const policies = {
        deletionPolicy: declaration.DeletionPolicy ?? 'Delete',
        replacePolicy: declaration.UpdateReplacePolicy ?? 'Delete',
      };
      if (previous && isDeepStrictEqual(previous.properties, properties)) {
        this.#resources.set(logicalId, { ...previous, ...policies });
        return;
      }
      this.#addEvent(identity, `${verb}_IN_PROGRESS`);
      const { notice, ...after } = this.#createOrUpdate(
        { logicalId, type: declaration.Type, properties, metadata: declaration.Metadata },
        previous,
      );
      const updated = { status: `${verb}_COMPLETE`, updated: Date.now() };
      const state = { ...identity, ...after, properties, ...policies, ...updated };
      this.#resources.set(logicalId, state);
      this.#applied.push({ ...(before ? { before } : {}), after: state });
      if (before && before.physicalId !== state.physicalId) this.#replaced.push(before);
      this.#addEvent(state, `${verb}_COMPLETE`, ...(notice ? [notice] : []));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#addEvent(identity, `${verb}_FAILED`, reason);
      throw new Error(
        `The following resource(s) failed to ${verb.toLowerCase()}: [${logicalId}]. `,
        {
          cause: error,
        },
      );
    }
  }

  #createOrUpdate(
    resource: Pick<ResourceRequest, 'logicalId' | 'type' | 'properties' | 'metadata'>,
    before: ResourceState | undefined,
  ): PhysicalResource {
    const request: ResourceRequest = {
      ...resource,
      stack: this.#stack.name,
      region: this.#stack.region,
    };
    const handler = this.#deps.findHandler(resource.type);
    const isUpdate =
      before !== undefined && !requiresReplacement(handler, before.properties, resource.properties);
    return this.#deps.store.transact(() => {
      const after = isUpdate ? handler.update(request, before) : handler.create(request);
      // The ARN is known only now. A refusal reverts the transaction.
      this.#checkAccess({ ...request, ...after }, isUpdate ? 'update' : 'create');
      return after;
    });
  }

  #checkAccess(
    resource: Pick<ResourceState, 'type' | 'physicalId' | 'properties'>,
    operation: HandlerOperation,
  ): void {
    const { findDenial } = this.#deps;
    const { region } = this.#stack;
    if (findDenial) checkHandlerPermissions({ ...resource, region }, operation, findDenial);
  }

  #remove(resource: ResourceState, policy: string): void {
    if (policy === 'Retain' || policy === 'RetainExceptOnCreate') {
      this.#addEvent(resource, 'DELETE_SKIPPED');
      return;
    }
    this.#addEvent(resource, 'DELETE_IN_PROGRESS');
    this.#checkAccess(resource, 'delete');
    try {
      this.#deps.store.transact(() => this.#deps.findHandler(resource.type).remove(resource));
    } catch (error) {
      // A resource that was deleted by hand needs no deletion.
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    }
    this.#addEvent(resource, 'DELETE_COMPLETE');
  }

  #rollBack(creating: boolean, reason: string): void {
    const prefix = creating ? '' : 'UPDATE_';
    this.#setStatus(`${prefix}ROLLBACK_IN_PROGRESS`, reason);
    try {
      for (const { before, after } of this.#applied.toReversed()) {
        const replaced = before && before.physicalId !== after.physicalId;
        if (!before || replaced) {
          this.#remove(after, after.deletionPolicy === 'Retain' && creating ? 'Retain' : 'Delete');
        } else {
          this.#addEvent(before, 'UPDATE_IN_PROGRESS');
          this.#createOrUpdate(before, after);
          this.#addEvent(before, 'UPDATE_COMPLETE');
        }
      }
      if (creating) Object.assign(this.#stack, { resources: [], outputs: [], imports: [] });
      this.#setStatus(`${prefix}ROLLBACK_COMPLETE`, reason);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      this.#setStatus(`${prefix}ROLLBACK_FAILED`, cause);
    }
  }

  #setStatus(status: string, reason?: string): void {
    this.#stack.status = status;
    this.#stack.reason = reason === 'User Initiated' ? undefined : reason;
    const { id, name } = this.#stack;
    const type = 'AWS::CloudFormation::Stack';
    this.#addEvent({ logicalId: name, physicalId: id, type }, status, reason);
    this.#deps.repository.save(this.#stack);
  }

  #addEvent(
    { logicalId, physicalId, type }: { logicalId: string; physicalId: string; type: string },
    ...[status, reason]: [status: string, reason?: string]
  ): void {
    const details = { logicalId, physicalId, type, status, ...(reason ? { reason } : {}) };
    const event = { id: randomUUID(), time: Date.now(), ...details };
    this.#deps.repository.addEvent(this.#stack.id, event);
  }
}
