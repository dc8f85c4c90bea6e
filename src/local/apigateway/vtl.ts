import { Compile, parse } from 'velocityjs';
import { withPattern } from '../shared/linear-regexp.ts';
import { withTimeLimit } from '../shared/time-limit.ts';

type MethodHandlers = NonNullable<
  NonNullable<ConstructorParameters<typeof Compile>[1]>['customMethodHandlers']
>;

/** Methods of Java's String that templates use and that JavaScript lacks or defines differently. */
const javaStringMethods: Readonly<Record<string, (text: string, args: string[]) => unknown>> = {
  matches: (text, [pattern = '']) =>
    withPattern(`^(?:${pattern})$`, 's', (expression) => expression.test(text)),
  replaceAll: (text, [pattern = '', replacement = '']) =>
    withPattern(pattern, 'g', (expression) =>
      text.replace(expression, replacement.replace(/\\(.)/g, '$1')),
    ),
  replaceFirst: (text, [pattern = '', replacement = '']) =>
    withPattern(pattern, '', (expression) => text.replace(expression, replacement)),
  replace: (text, [part = '', replacement = '']) => text.split(part).join(replacement),
  length: (text) => text.length,
  isEmpty: (text) => text === '',
  equals: (text, [other]) => text === other,
  equalsIgnoreCase: (text, [other = '']) => text.toLowerCase() === other.toLowerCase(),
  contains: (text, [part = '']) => text.includes(part),
  split: (text, [pattern = '']) => withPattern(pattern, '', (expression) => text.split(expression)),
};

const stringMethods: MethodHandlers = [
  {
    uid: 'java-string',
    match: ({ property, context }) =>
      typeof context === 'string' && Object.hasOwn(javaStringMethods, property),
    resolve: ({ property, context, params }) =>
      javaStringMethods[property]?.(String(context), (params ?? []).map(String)),
  },
];

/** Maximum time for a template with loops or macros (ms). */
const maxRenderMs = 500;

/**
 * Renders a mapping template. References read from `context`, and `#set` writes to it. Throws an error for a template that loops or
 * recurses without end.
 */
export function renderTemplate(template: string, context: Record<string, unknown>): string {
  // Custom handlers run first. The library's own `is…` and `get…` handlers throw for a string.
  const compile = new Compile(parse(template), { customMethodHandlers: stringMethods });
  const render = () => compile.render(context);
  return /#\{?(foreach|macro|define)/.test(template)
    ? withTimeLimit(maxRenderMs, render)
    : render();
}

/** The `$util` object of a mapping template. */
export const util = {
  escapeJavaScript: (text: string) =>
    JSON.stringify(String(text)).slice(1, -1).replaceAll("'", "\\'").replaceAll('/', '\\/'),
  urlEncode: (text: string) => encodeURIComponent(String(text)),
  urlDecode: (text: string) => decodeURIComponent(String(text)),
  base64Encode: (text: string) => Buffer.from(String(text)).toString('base64'),
  base64Decode: (text: string) => Buffer.from(String(text), 'base64').toString(),
  parseJson: (text: string): unknown => JSON.parse(String(text)),
};

/** The parameters of a request by place and name. */
export interface Parameters {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
}

/** Returns the value of a parameter: from the path, else the query, else the headers; an empty string if there is none. */
export function findParameter({ path, querystring, header }: Parameters, name: string): string {
  const place = [path, querystring, header].find((values) => Object.hasOwn(values, name));
  return place?.[name] ?? '';
}

/** Returns the `$input` object of a mapping template for a body and the parameters of the request. */
export function createInput(body: string, parameters: Parameters): object {
  const valueAt = (path: string): unknown => {
    let value: unknown = body === '' ? {} : JSON.parse(body);
    for (const [name = ''] of path.slice(1).matchAll(/[^.[\]'"]+/g)) {
      const isMember = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
      value = isMember ? (value as Record<string, unknown>)[name] : undefined;
    }
    return value;
  };
  return {
    body,
    json: (path: string) => JSON.stringify(valueAt(path)) ?? '""',
    path: valueAt,
    params: (name?: string) => (name === undefined ? parameters : findParameter(parameters, name)),
  };
}
