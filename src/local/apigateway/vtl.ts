import { parseExactJson } from './exact-json.ts';
import { selectJsonPath } from './json-path.ts';

/** The `$util` object of a mapping template. */
export const util = {
  escapeJavaScript: (text: string) =>
    JSON.stringify(String(text)).slice(1, -1).replaceAll("'", "\\'").replaceAll('/', '\\/'),
  urlEncode: (text: string) => encodeURIComponent(String(text)),
  urlDecode: (text: string) => decodeURIComponent(String(text)),
  base64Encode: (text: string) => Buffer.from(String(text)).toString('base64'),
  base64Decode: (text: string) => Buffer.from(String(text), 'base64').toString(),
  parseJson: (text: string): unknown => parseExactJson(String(text)),
};

/** The parameters of a request by place and name. */
export interface Parameters {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
}

/** Returns the value of a parameter: from the path, else the query, else the headers; an empty string if there is none. */
function findParameter({ path, querystring, header }: Parameters, name: string): string {
  const place = [path, querystring, header].find((values) => Object.hasOwn(values, name));
  return place?.[name] ?? '';
}

/** Returns the `$input` object of a mapping template for a body and the parameters of the request. */
export function createInput(body: string, parameters: Parameters): object {
  const select = (path: string): unknown =>
    selectJsonPath(body === '' ? {} : parseExactJson(body), path);
  return {
    body,
    json: (path: string) => JSON.stringify(select(path)) ?? '""',
    path: select,
    params: (name?: string) => (name === undefined ? parameters : findParameter(parameters, name)),
  };
}
