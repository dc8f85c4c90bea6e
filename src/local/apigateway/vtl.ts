import { Compile, parse } from 'velocityjs';

type MethodHandlers = NonNullable<
  NonNullable<ConstructorParameters<typeof Compile>[1]>['customMethodHandlers']
>;

/** Methods of Java's String that templates use and JavaScript's has not, or has with another meaning. */
const methods: Readonly<Record<string, (text: string, args: string[]) => unknown>> = {
  matches: (text, [pattern = '']) => new RegExp(`^(?:${pattern})$`, 's').test(text),
  replaceAll: (text, [pattern = '', by = '']) =>
    text.replace(new RegExp(pattern, 'g'), by.replace(/\\(.)/g, '$1')),
  replaceFirst: (text, [pattern = '', by = '']) => text.replace(new RegExp(pattern), by),
  replace: (text, [part = '', by = '']) => text.split(part).join(by),
  length: (text) => text.length,
  isEmpty: (text) => text === '',
  equals: (text, [other]) => text === other,
  equalsIgnoreCase: (text, [other = '']) => text.toLowerCase() === other.toLowerCase(),
  contains: (text, [part = '']) => text.includes(part),
  split: (text, [pattern = '']) => text.split(new RegExp(pattern)),
};

const stringMethods: MethodHandlers = [
  {
    uid: 'java-string',
    match: ({ property, context }) =>
      typeof context === 'string' && Object.hasOwn(methods, property),
    resolve: ({ property, context, params }) =>
      methods[property]?.(String(context), (params ?? []).map(String)),
  },
];

/** Renders a mapping template; `context` is what its references find, and what `#set` writes to. */
export function render(template: string, context: Record<string, unknown>): string {
  // Asked before the library's own, whose `is…` and `get…` handlers throw when they see a string.
  const compile = new Compile(parse(template), { customMethodHandlers: stringMethods });
  return compile.render(context);
}

/** `$util` of a mapping template. */
export const util = {
  escapeJavaScript: (text: string) =>
    JSON.stringify(String(text)).slice(1, -1).replaceAll("'", "\\'").replaceAll('/', '\\/'),
  urlEncode: (text: string) => encodeURIComponent(String(text)),
  urlDecode: (text: string) => decodeURIComponent(String(text)),
  base64Encode: (text: string) => Buffer.from(String(text)).toString('base64'),
  base64Decode: (text: string) => Buffer.from(String(text), 'base64').toString(),
  parseJson: (text: string): unknown => JSON.parse(String(text)),
};

/** `$input` of a mapping template over a body and the request's parameters. */
export function input(body: string, parameters: (name: string) => string): object {
  const at = (path: string): unknown => {
    let value: unknown = body === '' ? {} : JSON.parse(body);
    for (const [name = ''] of path.slice(1).matchAll(/[^.[\]'"]+/g)) {
      value = (value as Record<string, unknown> | null | undefined)?.[name];
    }
    return value;
  };
  return {
    body,
    json: (path: string) => JSON.stringify(at(path)) ?? '""',
    path: at,
    params: parameters,
  };
}
