import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** How long a secret is cached. */
const secretCacheMs = 300_000;

/**
 * Returns a function that reads a secret from a SecureString parameter of SSM and caches it. Call it with `true` to read the
 * parameter again. Throws SecretMissing if the parameter does not exist.
 */
export function createSecretReader(parameter: string): (refused: boolean) => Promise<string> {
  const client = new SSMClient({});
  let cached: { readonly value: string; readonly until: number } | undefined;
  return async (refused) => {
    if (cached && !refused && performance.now() < cached.until) return cached.value;
    cached = { value: await read(client, parameter), until: performance.now() + secretCacheMs };
    return cached.value;
  };
}

async function read(client: SSMClient, Name: string): Promise<string> {
  try {
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name, WithDecryption: true }),
    );
    if (Parameter?.Value) return Parameter.Value;
  } catch (error) {
    // The error has no message.
    if ((error as Error).name !== 'ParameterNotFound') throw error;
  }
  throw Object.assign(new Error(`There is no secret in the parameter ${Name} of SSM`), {
    name: 'SecretMissing',
  });
}
