/** An error response of AWS. The protocols serialize it, and the SDK clients identify it by its name. */
export class AwsError extends Error {
  readonly status: number;
  /** Further members of the error's body, for example `CancellationReasons`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Further headers of the response, for example `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    name: string,
    message: string,
    {
      status = 400,
      fields = {},
      headers = {},
    }: Partial<Pick<AwsError, 'status' | 'fields' | 'headers'>> = {},
  ) {
    super(message);
    this.name = name;
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }
}
