/** A parameter that a stack declares, with the members of PutParameter. */
export interface DeclaredParameter {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  /** A regular expression that the whole value matches. */
  readonly AllowedPattern?: string | undefined;
}

/** Parameters of SSM, as CloudFormation reads and writes them. */
export interface ParameterStore {
  /** Returns one version of a parameter, by default the newest; undefined if it does not exist. A SecureString is encrypted. */
  read(
    name: string,
    version?: number,
  ): { readonly type: string; readonly value: string } | undefined;
  arn(name: string): string;
  /** Creates a parameter. Throws the AwsError that PutParameter returns, also if the parameter exists. */
  create(input: DeclaredParameter): void;
  /** Adds a version to a parameter. Throws the AwsError that PutParameter returns. */
  update(input: DeclaredParameter): void;
  /** Removes a parameter with all its versions; does nothing if there is none. */
  remove(name: string): void;
}
