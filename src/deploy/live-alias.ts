/** Reads and moves the alias that new executions run on. */
import type { Target } from '../environment/target.ts';
import { aliasName, type WeightedVersion } from './live-version.ts';

/** The alias of a function. Without `additional`, all new executions run on `version`. */
export interface LiveAlias {
  readonly functionName: string;
  readonly version: string;
  /** A second version, with its share of the new executions (0 to 1). */
  readonly additional?: WeightedVersion;
  readonly revision: string;
}

/** Returns the alias of a function. Throws the error of Lambda if there is none. */
export async function readLiveAlias(target: Target, functionName: string): Promise<LiveAlias> {
  const { GetAliasCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const alias = await lambda.send(
    new GetAliasCommand({ FunctionName: functionName, Name: aliasName }),
  );
  const [additional] = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    functionName,
    version: alias.FunctionVersion ?? '',
    ...(additional ? { additional: { version: additional[0], weight: additional[1] } } : {}),
    revision: alias.RevisionId ?? '',
  };
}

/** Moves an alias to one version, for all new executions. Throws the error of Lambda if the alias has changed since it was read. */
export async function moveLiveAlias(
  target: Target,
  alias: LiveAlias,
  version: string,
): Promise<void> {
  const { UpdateAliasCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  await lambda.send(
    new UpdateAliasCommand({
      FunctionName: alias.functionName,
      Name: aliasName,
      FunctionVersion: version,
      RoutingConfig: { AdditionalVersionWeights: {} },
      RevisionId: alias.revision,
    }),
  );
}
