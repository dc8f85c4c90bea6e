import { invalid, invalidParameter } from '../errors.ts';
import type { Condition, Operand, Path } from '../expression/ast.ts';
import type { Bound } from '../expression/bindings.ts';
import type { Index } from '../table.ts';

/**
 * Compares `Select` with the other parameters of a Query or Scan. Throws ValidationException if they contradict each other.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html#DDB-Query-request-Select
 */
export function checkSelect(
  { Select, ProjectionExpression }: { Select?: string; ProjectionExpression?: string },
  index: Index | undefined,
): void {
  if (Select === undefined) return;
  if (ProjectionExpression !== undefined && Select !== 'SPECIFIC_ATTRIBUTES') {
    const selection = Select === 'COUNT' ? 'only the Count' : Select;
    throw invalid(`Cannot specify the ProjectionExpression when choosing to get ${selection}`);
  }
  if (Select === 'SPECIFIC_ATTRIBUTES' && ProjectionExpression === undefined) {
    throw invalid(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && !index) {
    throw invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (Select === 'ALL_ATTRIBUTES' && index?.global && index.include) {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
}

/**
 * Throws ValidationException if an expression names attributes that a global index does not hold. DynamoDB reads such attributes
 * of a local index from its table.
 */
export function checkProjected(
  index: Index | undefined,
  expressions: {
    readonly paths: readonly Path[] | undefined;
    readonly filter: Bound<Condition> | undefined;
  },
): void {
  if (!index?.global || !index.include) return;
  const { paths = [], filter } = expressions;
  const missing = listMissing(index.include, paths);
  if (missing.length > 0) {
    throw invalidParameter(
      `Global secondary index ${index.name} does not project [${missing.join(', ')}]`,
    );
  }
  const filtered = filter ? listPaths(filter.tree).map((path) => filter.bindings.path(path)) : [];
  const missingInFilter = listMissing(index.include, filtered);
  if (missingInFilter.length > 0) {
    throw invalidParameter(
      `Secondary index ${index.name} does not project one or more filter attributes: [${missingInFilter.join(', ')}]`,
    );
  }
}

function listMissing(included: readonly string[], paths: readonly Path[]): string[] {
  const names = paths.map(([name]) => String(name)).filter((name) => !included.includes(name));
  return [...new Set(names)];
}

/** Returns the paths in a condition, with their placeholders. */
export function listPaths(tree: Condition | Operand): Path[] {
  if (tree.kind === 'and' || tree.kind === 'or') {
    return [...listPaths(tree.left), ...listPaths(tree.right)];
  }
  if (tree.kind === 'not') return listPaths(tree.inner);
  if (tree.kind === 'path') return [tree.path];
  return tree.kind === 'value' ? [] : tree.operands.flatMap(listPaths);
}
