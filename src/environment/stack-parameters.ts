import type { Parameter } from '@aws-sdk/client-cloudformation';

/** Returns the value of a parameter in a stack's description; undefined if the stack has no such parameter. */
export function findParameter(
  parameters: readonly Parameter[] | undefined,
  name: string,
): string | undefined {
  return parameters?.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
}
