import { AwsError } from '../../wire/aws-error.ts';
import { memoize } from '../../wire/memoize.ts';
import { invalid } from '../errors.ts';
import { checkValue, type Item, type Value } from '../values.ts';
import type { Action, Condition, Parsed, Path } from './ast.ts';
import { checkCondition } from './check.ts';
import { checkUpdate } from './check-update.ts';
import { parseCondition, parseProjection } from './parser.ts';
import { checkPaths } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { parseUpdate } from './update-parser.ts';

export interface ExpressionInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/** A parsed expression and the values of its placeholders. */
export interface Bound<T> {
  readonly tree: T;
  readonly bindings: Bindings;
}

const conditions = memoize(parseCondition);
const updates = memoize(parseUpdate);
const projections = memoize(parseProjection);

/** The placeholders of one request. Tracks which of them the expressions use. */
export class Bindings implements Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item = {};
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;
  readonly #emptyParameter: string | undefined;
  #expressions = 0;

  constructor({ ExpressionAttributeNames, ExpressionAttributeValues }: ExpressionInput) {
    this.#emptyParameter = findEmpty({ ExpressionAttributeNames, ExpressionAttributeValues });
    this.#names = ExpressionAttributeNames ?? {};
    this.#unusedNames = new Set(Object.keys(this.#names));
    this.#unusedValues = new Set(Object.keys(ExpressionAttributeValues ?? {}));
    for (const [name, value] of Object.entries(ExpressionAttributeValues ?? {})) {
      this.#values[name] = bindValue(name, value);
    }
  }

  /** Parses and checks a condition. `parameter` is its name in error messages. */
  condition(parameter: string, text: string | undefined): Bound<Condition> | undefined {
    return this.#bind(parameter, text, { parse: conditions, check: checkCondition });
  }

  update(text: string | undefined): Bound<Action[]> | undefined {
    return this.#bind('UpdateExpression', text, {
      parse: updates,
      check: (actions: Action[], placeholders: Placeholders) => checkUpdate(actions, placeholders),
    });
  }

  projection(text: string | undefined): readonly Path[] | undefined {
    const check = (paths: Path[]) => checkPaths(paths.map((path) => this.path(path)));
    const bound = this.#bind('ProjectionExpression', text, { parse: projections, check });
    return bound?.tree.map((path) => this.path(path));
  }

  /** Throws ValidationException for unused placeholders, and for an empty map of them. Call this after parsing all expressions. */
  checkAllUsed(): void {
    if (this.#emptyParameter !== undefined) {
      throw invalid(
        this.#expressions === 0
          ? `${this.#emptyParameter} can only be specified when using expressions`
          : `${this.#emptyParameter} must not be empty`,
      );
    }
    if (this.#unusedNames.size > 0)
      this.#rejectUnused('ExpressionAttributeNames', this.#unusedNames);
    if (this.#unusedValues.size > 0)
      this.#rejectUnused('ExpressionAttributeValues', this.#unusedValues);
  }

  path(path: Path): Path {
    return path.some((part) => typeof part === 'string' && part.startsWith('#'))
      ? path.map((part) => (typeof part === 'string' ? this.name(part) : part))
      : path;
  }

  name(part: string): string {
    return part.startsWith('#') ? (this.#names[part] ?? part) : part;
  }

  value(name: string): Value {
    return this.#values[name] as Value;
  }

  #bind<T>(
    parameter: string,
    text: string | undefined,
    {
      parse,
      check,
    }: { parse: (text: string) => Parsed<T>; check: (tree: T, bindings: Bindings) => void },
  ): Bound<T> | undefined {
    if (text === undefined || text === null) return undefined;
    this.#expressions += 1;
    try {
      if (text === '') throw invalid('The expression can not be empty;');
      const { tree, names, values } = parse(text);
      this.#markUsed(names, values);
      check(tree, this);
      return { tree, bindings: this };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw invalid(`Invalid ${parameter}: ${error.message}`);
    }
  }

  #markUsed(names: ReadonlySet<string>, values: ReadonlySet<string>): void {
    for (const name of names) {
      if (this.#names[name] === undefined) {
        throw invalid(
          `An expression attribute name used in the document path is not defined; attribute name: ${name}`,
        );
      }
      this.#unusedNames.delete(name);
    }
    for (const name of values) {
      if (this.#values[name] === undefined) {
        throw invalid(
          `An expression attribute value used in expression is not defined; attribute value: ${name}`,
        );
      }
      this.#unusedValues.delete(name);
    }
  }

  #rejectUnused(parameter: string, unused: ReadonlySet<string>): never {
    if (this.#expressions === 0) {
      throw invalid(`${parameter} can only be specified when using expressions`);
    }
    const keys = [...unused].join(', ');
    throw invalid(`Value provided in ${parameter} unused in expressions: keys: {${keys}}`);
  }
}

/** Returns the name of the first parameter that is an empty map: DynamoDB accepts only a missing one. */
function findEmpty(parameters: Readonly<Record<string, object | undefined>>): string | undefined {
  return Object.keys(parameters).find((name) => {
    const map = parameters[name];
    return map !== undefined && map !== null && Object.keys(map).length === 0;
  });
}

function bindValue(name: string, value: unknown): Value {
  if (!/^:[A-Za-z0-9_]+$/.test(name)) {
    throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${name}"`);
  }
  try {
    return checkValue(value);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(
      `ExpressionAttributeValues contains invalid value: ${error.message} for key ${name}`,
    );
  }
}
