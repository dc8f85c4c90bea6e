import { isDeepStrictEqual } from 'node:util';
import { text } from './intrinsics.ts';
import type { Program } from './resolved-template.ts';
import type { Handler } from './resources/handler.ts';
import type { ResourceChange, StackState } from './stack-repository.ts';
import type { Fields } from './template.ts';
import { refuseFixed, refuseUnsupported } from './unsupported.ts';

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
    refuseUnsupported(logicalId, resource);
    const before = present.get(logicalId);
    if (!before || before.type !== type) {
      renewed.add(logicalId);
      changes.push({ action: 'Add', logicalId, type });
      continue;
    }
    const after = program.properties(resource, find);
    if (isDeepStrictEqual(before.properties, after)) continue;
    const handler = handlers(type);
    const replaced = isReplaced(handler, before.properties, after);
    if (replaced) renewed.add(logicalId);
    else refuseFixed({ logicalId, type }, before.properties, after);
    const replacement = replaced ? 'True' : 'False';
    const { physicalId } = before;
    const kept = /^Retain/.test(resource.UpdateReplacePolicy ?? 'Delete');
    changes.push({
      action: 'Modify',
      logicalId,
      type,
      physicalId,
      replacement,
      ...(replaced ? { policy: kept ? 'ReplaceAndRetain' : 'ReplaceAndDelete' } : {}),
      details: differences(handler, before.properties, after),
    });
  }
  const wanted = new Set(ordered.map(([id]) => id));
  for (const { logicalId, type, physicalId, deletionPolicy } of stack.resources) {
    if (wanted.has(logicalId)) continue;
    const policy = /^Retain/.test(deletionPolicy) ? 'Retain' : 'Delete';
    changes.push({ action: 'Remove', logicalId, type, physicalId, policy });
  }
  return changes;
}

/** The properties that differ, with both values as text. */
function differences({ createOnly }: Handler, before: Fields, after: Fields) {
  const shown = (value: unknown) => (value === undefined ? undefined : text(value));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => ({
      name,
      before: shown(before[name]),
      after: shown(after[name]),
      recreates: createOnly.includes(name),
    }));
}

/** Whether the change of a property takes a new resource. */
export function isReplaced({ createOnly }: Handler, before: Fields, after: Fields): boolean {
  return createOnly.some((name) => !isDeepStrictEqual(before[name], after[name]));
}

function unknownAttributes(id: string): Fields {
  return new Proxy({}, { get: (_, name) => `{{${id}.${String(name)}}}` });
}
