/** An error as AWS would answer it; the protocols write it, and the SDK clients rebuild it by its name. */
export class AwsError extends Error {
  readonly status: number;
  /** More members of the error's body, as `CancellationReasons`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** More headers of the answer, as `retry-after`. */
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
