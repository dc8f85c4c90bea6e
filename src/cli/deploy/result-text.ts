/** Formats the result of a deployment. */
import { outputs as names } from '../../../functions/contract/api.ts';
import type { DeployResult } from '../../deploy/events.ts';
import { dim } from '../terminal/terminal.ts';
import { formatPlanSummary } from './plan-text.ts';

/** Number of outputs of a foreign stack that are listed without `--outputs`. */
const maxOutputs = 10;

/**
 * Returns the result as lines: the address of the API, the live version and the changes; with `all`, every output of the stack. It
 * fits a terminal of 24 lines.
 */
export function formatDeployResult(
  result: DeployResult,
  { all, stream }: { readonly all: boolean; readonly stream: NodeJS.WriteStream },
): string {
  const outputs = Object.entries(result.outputs);
  if (all) return formatLines(outputs, stream);
  const endpoint = result.outputs[names.apiEndpoint];
  if (endpoint === undefined) {
    const more = outputs.length - maxOutputs;
    const rest = more > 0 ? `… and ${more} more: --outputs\n` : '';
    return `${formatLines(outputs.slice(0, maxOutputs), stream)}${rest}`;
  }
  const lines = [
    ['endpoint', endpoint],
    ...result.live.map(({ functionName, version }) => [
      'alias',
      `live of ${functionName} is version ${version}`,
    ]),
    ...(result.changed ? [['changes', formatPlanSummary(result.changes) || 'outputs only']] : []),
  ];
  return formatLines(lines, stream);
}

function formatLines(lines: readonly (readonly string[])[], stream: NodeJS.WriteStream): string {
  const width = Math.max(0, ...lines.map(([name = '']) => name.length));
  return lines
    .map(([name = '', value = '']) => `${dim(name.padEnd(width), stream)}  ${value}\n`)
    .join('');
}
