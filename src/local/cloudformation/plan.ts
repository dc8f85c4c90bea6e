import { isDeepStrictEqual } from 'node:util';
import type { Program } from './program.ts';
import type { Handler } from './resources/handler.ts';
import type { ResourceChange, StackState } from './state.ts';
import type { Fields } from './template.ts';

/** What a change set says would happen; what is not known yet counts as different. */
export function planChanges(
  program: Program,
  stack: StackState,
  handlers: (type: string) => Handler,
): ResourceChange[] {
  const present = new Map(stack.resources.map((each) => [each.logicalId, each]));
  const renewed = new Set<string>();
  const changes: ResourceChange[] = [];
  const ordered = program.ordered();
  const find = (id: string) => {
    const known = renewed.has(id) ? undefined : present.get(id);
    return known ?? { physicalId: `{{${id}}}`, attributes: unknownAttributes(id) };
  };
  for (const [logicalId, resource] of ordered) {
    const { Type: type } = resource;
    const before = present.get(logicalId);
    if (!before || before.type !== type) {
      renewed.add(logicalId);
      changes.push({ action: 'Add', logicalId, type });
      continue;
    }
    const after = program.properties(resource, find);
    if (isDeepStrictEqual(before.properties, after)) continue;
    const replaced = isReplaced(handlers(type), before.properties, after);
    if (replaced) renewed.add(logicalId);
    const replacement = replaced ? 'True' : 'False';
    const { physicalId } = before;
    changes.push({ action: 'Modify', logicalId, type, physicalId, replacement });
  }
  const wanted = new Set(ordered.map(([id]) => id));
  for (const { logicalId, type, physicalId } of stack.resources) {
    if (!wanted.has(logicalId)) changes.push({ action: 'Remove', logicalId, type, physicalId });
  }
  return changes;
}

/** Whether the change of a property takes a new resource. */
export function isReplaced({ createOnly }: Handler, before: Fields, after: Fields): boolean {
  return createOnly.some((name) => !isDeepStrictEqual(before[name], after[name]));
}

function unknownAttributes(id: string): Fields {
  return new Proxy({}, { get: (_, name) => `{{${id}.${String(name)}}}` });
}
