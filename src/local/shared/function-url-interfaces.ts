import type { Service } from '../wire/http.ts';

/** A function, or one of its aliases, that has a URL. */
export interface FunctionUrlTarget {
  readonly name: string;
  readonly qualifier?: string | undefined;
}

/** URLs of functions, with the members of CreateFunctionUrlConfig. */
export interface FunctionUrlConfigs {
  /** Serves the URLs. */
  readonly service: Service;
  /** Creates a URL and returns its id. Throws the AwsError that CreateFunctionUrlConfig returns. */
  create(target: FunctionUrlTarget, input: Readonly<Record<string, unknown>>): string;
  /** Changes a URL. Throws the AwsError that UpdateFunctionUrlConfig returns. */
  update(target: FunctionUrlTarget, input: Readonly<Record<string, unknown>>): void;
  /** Removes a URL; does nothing if there is none. */
  remove(target: FunctionUrlTarget): void;
}
