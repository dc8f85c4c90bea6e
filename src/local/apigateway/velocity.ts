import { Compile, parse } from 'velocityjs';
import { withPattern } from '../shared/linear-regexp.ts';
import { withTimeLimit } from '../shared/time-limit.ts';

type MethodHandlers = NonNullable<
  NonNullable<ConstructorParameters<typeof Compile>[1]>['customMethodHandlers']
>;

type Methods<T> = Readonly<Record<string, (target: T, args: unknown[]) => unknown>>;

/** Methods of Java's String that templates use and that JavaScript lacks or defines differently. */
const stringMethods: Methods<string> = {
  matches: (text, [pattern = '']) =>
    withPattern(`^(?:${String(pattern)})$`, 's', (expression) => expression.test(text)),
  replaceAll: (text, [pattern = '', replacement = '']) =>
    withPattern(String(pattern), 'g', (expression) =>
      text.replace(expression, String(replacement).replace(/\\(.)/g, '$1')),
    ),
  replaceFirst: (text, [pattern = '', replacement = '']) =>
    withPattern(String(pattern), '', (expression) => text.replace(expression, String(replacement))),
  replace: (text, [part = '', replacement = '']) =>
    text.split(String(part)).join(String(replacement)),
  length: (text) => text.length,
  isEmpty: (text) => text === '',
  equals: (text, [other]) => text === other,
  equalsIgnoreCase: (text, [other = '']) => text.toLowerCase() === String(other).toLowerCase(),
  contains: (text, [part = '']) => text.includes(String(part)),
  split: (text, [pattern = '']) =>
    withPattern(String(pattern), '', (expression) => text.split(expression)),
};

/** Methods of Java's List. */
const listMethods: Methods<unknown[]> = {
  size: (list) => list.length,
  isEmpty: (list) => list.length === 0,
  get: (list, [index]) => list.at(Number(index)),
  contains: (list, [member]) => list.includes(member),
  indexOf: (list, [member]) => list.indexOf(member),
  add: (list, [member]) => list.push(member) > 0,
};

/** Methods of Java's Map. A member of the map with the name of a method is not a method. */
const mapMethods: Methods<Record<string, unknown>> = {
  get: (map, [key]) => (Object.hasOwn(map, String(key)) ? map[String(key)] : undefined),
  getOrDefault: (map, [key, other]) => (Object.hasOwn(map, String(key)) ? map[String(key)] : other),
  containsKey: (map, [key]) => Object.hasOwn(map, String(key)),
  containsValue: (map, [value]) => Object.values(map).includes(value),
  keySet: (map) => Object.keys(map),
  values: (map) => Object.values(map),
  entrySet: (map) => Object.entries(map).map(([key, value]) => ({ key, value })),
  size: (map) => Object.keys(map).length,
  isEmpty: (map) => Object.keys(map).length === 0,
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !isList(value) &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

function handleMethods<T>(
  uid: string,
  methods: Methods<T>,
  isTarget: (value: unknown) => value is T,
): MethodHandlers[number] {
  const hasMethod = (target: object, name: string) =>
    typeof (target as Record<string, unknown>)[name] === 'function';
  return {
    uid,
    match: ({ property, context }) =>
      Object.hasOwn(methods, property) &&
      isTarget(context) &&
      !(isMap(context) && hasMethod(context, property)),
    resolve: ({ property, context, params }) =>
      methods[property]?.(context as unknown as T, params ?? []),
  };
}

// Custom handlers run first. The library's own `is…` and `get…` handlers throw for a string.
const customMethodHandlers: MethodHandlers = [
  handleMethods('java-string', stringMethods, isText),
  handleMethods('java-list', listMethods, isList),
  handleMethods('java-map', mapMethods, isMap),
];

interface Expression {
  readonly type?: string;
  readonly operator?: string;
  readonly expression?: readonly Expression[];
}

type Block = readonly { readonly type?: string; readonly condition?: Expression }[];

/** Methods of the library that its types do not list. */
interface Evaluator {
  getExpression(expression: Expression): unknown;
  renderAstList(blocks: unknown[], contextId?: string): string;
  contextId: string;
}

type Node = Parameters<Compile['getExpression']>[0];

const base = Compile.prototype as unknown as Evaluator;

/**
 * Evaluates expressions like Java's Velocity: only null, a missing value and false are false, and the quotient of integers is an
 * integer. https://velocity.apache.org/engine/1.7/user-guide.html
 */
class JavaCompile extends Compile {
  override getExpression(node: Node): string {
    return this.#evaluate(node as Expression) as string;
  }

  override getReferences(
    node: Parameters<Compile['getReferences']>[0],
    isRendered = false,
  ): string {
    const value: unknown = super.getReferences(node, isRendered);
    return (isRendered ? formatJava(value) : value) as string;
  }

  override getBlock(block: Parameters<Compile['getBlock']>[0]): string {
    const parts = block as unknown as Block;
    return parts[0]?.type === 'if' ? this.#renderIf(parts) : super.getBlock(block);
  }

  #evaluate(expression: Expression): unknown {
    const operand = (index: number) => this.#evaluate(expression.expression?.[index] ?? {});
    switch (expression.type === 'math' ? expression.operator : undefined) {
      case '/':
        return divide([operand(0), operand(1)], (expression.expression ?? []).some(isDecimal));
      case '%':
        return Number(operand(1)) === 0 ? undefined : Number(operand(0)) % Number(operand(1));
      case '||':
        return isTrue(operand(0)) || isTrue(operand(1));
      case '&&':
        return isTrue(operand(0)) && isTrue(operand(1));
      case 'not':
        return !isTrue(operand(0));
      case '==':
        return isEqual(operand(0), operand(1));
      case '!=':
        return !isEqual(operand(0), operand(1));
      default:
        return base.getExpression.call(this, expression);
    }
  }

  #renderIf(block: Block): string {
    const chosen: unknown[] = [];
    let isChosen = false;
    for (const part of block) {
      const isCondition = part.type === 'if' || part.type === 'elseif';
      if (!isCondition && part.type !== 'else') {
        if (isChosen) chosen.push(part);
        continue;
      }
      if (isChosen) break;
      isChosen = !isCondition || isTrue(this.#evaluate(part.condition ?? {}));
    }
    const evaluator = this as unknown as Evaluator;
    return evaluator.renderAstList(chosen, evaluator.contextId);
  }
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** Returns a list or map in the form of Java's `toString`. */
function formatJava(value: unknown): unknown {
  if (value instanceof Number) return value.toString();
  if (isList(value)) return `[${value.map((member) => String(formatJava(member))).join(', ')}]`;
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(
    ([key, member]) => `${key}=${String(formatJava(member))}`,
  );
  return `{${entries.join(', ')}}`;
}

/** Values are equal if their texts are. A missing value is equal only to another one. */
function isEqual(left: unknown, right: unknown): boolean {
  const [a, b] = [left ?? undefined, right ?? undefined];
  if (a === undefined || b === undefined) return a === b;
  return a === b || formatOperand(a) === formatOperand(b);
}

function formatOperand(value: unknown): string {
  if (typeof value === 'number' || value instanceof Number) return String(Number(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Returns a quotient: an integer for two integers. Undefined for a division by zero. */
function divide(
  [left, right]: readonly [unknown, unknown],
  hasDecimal: boolean,
): number | undefined {
  const [a, b] = [Number(left), Number(right)];
  if (b === 0) return undefined;
  const isWhole = !hasDecimal && [left, right].every((value) => /^-?\d+$/.test(String(value)));
  return isWhole ? Math.trunc(a / b) : a / b;
}

function isDecimal({ type }: Expression): boolean {
  return type === 'decimal';
}

/** Maximum time for a template with loops or macros (ms). */
const maxRenderMs = 500;

/**
 * Renders a mapping template. References read from `context`, and `#set` writes to it. Throws an error for a template that loops or
 * recurses without end.
 */
export function renderTemplate(template: string, context: Record<string, unknown>): string {
  const compile = new JavaCompile(parse(template), { customMethodHandlers });
  const render = () => compile.render(context);
  return /#\{?(foreach|macro|define)/.test(template)
    ? withTimeLimit(maxRenderMs, render)
    : render();
}
