import { invalid } from '../query-protocol.ts';
import { visitReferences } from './references.ts';
import type { ResourceDeclaration } from './template.ts';

type DeclaredResources = readonly (readonly [id: string, resource: ResourceDeclaration])[];

/** Returns resources in dependency order. Throws ValidationError if they depend on each other or on themselves. */
export function sortByDependency(resources: DeclaredResources): [string, ResourceDeclaration][] {
  const declared = new Map(resources);
  const ordered = new Map<string, ResourceDeclaration>();
  const visit = (id: string, path: readonly string[]): void => {
    const resource = declared.get(id);
    if (!resource || ordered.has(id)) return;
    const start = path.indexOf(id);
    if (start >= 0) {
      throw invalid(`Circular dependency between resources: [${path.slice(start).join(', ')}]`);
    }
    const next = [...path, id];
    for (const other of [resource.DependsOn ?? []].flat()) visit(other, next);
    visitReferences(resource.Properties, (name) => visit(name, next));
    ordered.set(id, resource);
  };
  for (const [id] of resources) visit(id, []);
  return [...ordered];
}
