import { isDeepStrictEqual } from 'node:util';
import type { ResourceHandler } from '../resources/handler.ts';
import { toText } from '../templates/intrinsics.ts';
import { rejectTypeChanges } from '../templates/supported-types.ts';
import type { Fields, ResourceDeclaration } from '../templates/template.ts';
import { rejectImmutableChange } from '../templates/unsupported.ts';
import type { ResolvedTemplate } from './resolved-template.ts';
import type { ResourceChange, ResourceState, StackState } from './stack-repository.ts';

type FindHandler = (type: string) => ResourceHandler;

/** Returns the changes that a deployment would make. A value that is not known yet counts as different. */
export function planChanges(
  template: ResolvedTemplate,
  stack: StackState,
  findHandler: FindHandler,
): ResourceChange[] {
  const existing = new Map(stack.resources.map((resource) => [resource.logicalId, resource]));
  const newIds = new Set<string>();
  const find = (id: string) => {
    const known = newIds.has(id) ? undefined : existing.get(id);
    return known ?? { physicalId: `{{${id}}}`, attributes: unknownAttributes(id) };
  };
  rejectTypeChanges(template.template, stack.resources);
  const changes: ResourceChange[] = [];
  const ordered = template.ordered();
  for (const [logicalId, declaration] of ordered) {
    const properties = () => template.properties(declaration, find);
    const resource = { logicalId, declaration, properties };
    const change = planChange(resource, existing.get(logicalId), findHandler);
    if (!change) continue;
    if (change.action === 'Add' || change.replacement === 'True') newIds.add(logicalId);
    changes.push(change);
  }
  const declaredIds = new Set(ordered.map(([id]) => id));
  const removed = stack.resources.filter(({ logicalId }) => !declaredIds.has(logicalId));
  return [...changes, ...removed.map(toRemoval)];
}

interface DeclaredResource {
  readonly logicalId: string;
  readonly declaration: ResourceDeclaration;
  /** Resolves the properties. Not called for a new resource, whose properties are resolved at deployment. */
  readonly properties: () => Fields;
}

/** Returns the change of a declared resource; undefined if its properties are equal. */
function planChange(
  { logicalId, declaration, properties }: DeclaredResource,
  before: ResourceState | undefined,
  findHandler: FindHandler,
): ResourceChange | undefined {
  const type = declaration.Type;
  if (!before || before.type !== type) return { action: 'Add', logicalId, type };
  const after = properties();
  if (isDeepStrictEqual(before.properties, after)) return undefined;
  const handler = findHandler(type);
  const isReplaced = requiresReplacement(handler, before.properties, after);
  if (!isReplaced) rejectImmutableChange({ logicalId, type }, before.properties, after);
  const isConditional = handler.conditionalCreateOnly?.some(
    (name) => !isDeepStrictEqual(before.properties[name], after[name]),
  );
  const isRetained = /^Retain/.test(declaration.UpdateReplacePolicy ?? 'Delete');
  return {
    action: 'Modify',
    logicalId,
    type,
    physicalId: before.physicalId,
    replacement: isReplaced ? 'True' : isConditional ? 'Conditional' : 'False',
    ...(isReplaced ? { policy: isRetained ? 'ReplaceAndRetain' : 'ReplaceAndDelete' } : {}),
    details: listPropertyChanges(handler, before.properties, after),
  };
}

function toRemoval({ logicalId, type, physicalId, deletionPolicy }: ResourceState): ResourceChange {
  const policy = /^Retain/.test(deletionPolicy) ? 'Retain' : 'Delete';
  return { action: 'Remove', logicalId, type, physicalId, policy };
}

/** Returns the properties that differ, with both values as text. */
function listPropertyChanges(
  { createOnly, conditionalCreateOnly = [] }: ResourceHandler,
  before: Fields,
  after: Fields,
) {
  const recreates = (name: string): 'Always' | 'Conditionally' | 'Never' => {
    if (createOnly.includes(name)) return 'Always';
    return conditionalCreateOnly.includes(name) ? 'Conditionally' : 'Never';
  };
  const format = (value: unknown) => (value === undefined ? undefined : toText(value));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => ({
      name,
      before: format(before[name]),
      after: format(after[name]),
      recreates: recreates(name),
    }));
}

/** Reports whether the change of a property requires a new resource. */
export function requiresReplacement(
  { createOnly }: ResourceHandler,
  before: Fields,
  after: Fields,
): boolean {
  return createOnly.some((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** Returns placeholders such as `{{Queue.Arn}}` for the attributes of a resource that does not exist yet. */
function unknownAttributes(id: string): Fields {
  const placeholder = (name: string | symbol) => `{{${id}.${String(name)}}}`;
  return new Proxy(
    {},
    {
      get: (_, name) => placeholder(name),
      // Every attribute is an own property, so that only inherited ones are unknown.
      getOwnPropertyDescriptor: (_, name) => ({ configurable: true, value: placeholder(name) }),
    },
  );
}
