import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** Milliseconds for which a secret is kept in memory. */
const keptFor = 300_000;

/**
 * Reads a secret from a SecureString parameter of SSM, kept in memory for five minutes. Call the result with `true` to
 * have it read afresh. Throws SecretMissing when there is no such parameter.
 */
export function secretIn(parameter: string): (refused: boolean) => Promise<string> {
  const client = new SSMClient({});
  let kept: { readonly value: string; readonly until: number } | undefined;
  return async (refused) => {
    if (kept && !refused && performance.now() < kept.until) return kept.value;
    kept = { value: await read(client, parameter), until: performance.now() + keptFor };
    return kept.value;
  };
}

async function read(client: SSMClient, Name: string): Promise<string> {
  try {
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name, WithDecryption: true }),
    );
    if (Parameter?.Value) return Parameter.Value;
  } catch (error) {
    // It comes without a text.
    if ((error as Error).name !== 'ParameterNotFound') throw error;
  }
  throw Object.assign(new Error(`There is no secret in the parameter ${Name} of SSM`), {
    name: 'SecretMissing',
  });
}
