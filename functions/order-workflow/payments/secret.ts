import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** Milliseconds for which a secret is kept in memory. */
const keptFor = 300_000;

/**
 * Reads a secret from a SecureString parameter of SSM, kept in memory for five minutes. Call the result with `true` to
 * have it read afresh. Throws when there is no such parameter.
 */
export function secretIn(parameter: string): (refused: boolean) => Promise<string> {
  const client = new SSMClient({});
  let kept: { readonly value: string; readonly until: number } | undefined;
  return async (refused) => {
    if (kept && !refused && performance.now() < kept.until) return kept.value;
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name: parameter, WithDecryption: true }),
    );
    if (!Parameter?.Value) throw new Error(`The parameter ${parameter} is empty`);
    kept = { value: Parameter.Value, until: performance.now() + keptFor };
    return kept.value;
  };
}
