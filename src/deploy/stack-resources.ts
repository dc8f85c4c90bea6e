import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { Target } from '../environment/target.ts';

/** Returns the resources of a stack. `stack` is its name or id. */
export async function listStackResources(
  target: Target,
  stack: string,
): Promise<StackResourceSummary[]> {
  const { ListStackResourcesCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const found: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListStackResourcesCommand({ StackName: stack, ...(NextToken ? { NextToken } : {}) }),
    );
    found.push(...(page.StackResourceSummaries ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  return found;
}
