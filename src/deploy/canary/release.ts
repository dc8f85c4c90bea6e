/** The template parameters that decide which version new orders run. The stack and the alias so agree before, during and after a canary. */
import type { Parameter, Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { findParameter } from '../../environment/stack-parameters.ts';
import { UserError } from '../../user-error.ts';
import { listParameters } from '../check-parameters.ts';
import type { PlannedChange } from '../planned-changes.ts';
import type { TemplateFile } from '../template-file.ts';

const releaseParameters = {
  live: 'LiveVersion',
  weight: 'CanaryWeight',
  terms: 'CanaryTerms',
} as const;

/** Logical ids in template.yaml. */
const workflowFunctionId = 'OrderProcessingFunction';
export const liveAliasId = 'OrderProcessingFunctionAliaslive';

/** What a stack's parameters say about the version of new orders. */
export interface Release {
  /** The held version; empty if new orders run the newest version. */
  readonly live: string;
  /** Share of new orders that run the newest version instead (0 to 1); 0 without a canary. */
  readonly weight: number;
  readonly terms: string;
}

/** Returns the parameters of a release. */
export function toParameters({ live, weight, terms }: Release): Record<string, string> {
  return {
    [releaseParameters.live]: live,
    [releaseParameters.weight]: String(weight),
    [releaseParameters.terms]: terms,
  };
}

/** The release after which all new orders run `live`, or else the newest version. */
export function settledRelease(live = ''): Release {
  return { live, weight: 0, terms: '' };
}

/** Returns the release in the parameters of a stack. */
export function parseRelease(parameters?: readonly Parameter[]): Release {
  const read = (name: string) => findParameter(parameters, name) ?? '';
  return {
    live: read(releaseParameters.live),
    weight: Number(read(releaseParameters.weight)),
    terms: read(releaseParameters.terms),
  };
}

/** Whether the changes publish a version of the workflow. */
export function publishesWorkflow(changes: readonly PlannedChange[]): boolean {
  return changes.some(
    ({ action, type, logicalId }) =>
      type === 'AWS::Lambda::Version' &&
      logicalId.startsWith(`${workflowFunctionId}Version`) &&
      action !== 'remove',
  );
}

/** Throws UserError if a canary of the stack is open. */
export function rejectOpenCanary(existing: StackDescription | undefined): void {
  const { weight } = parseRelease(existing?.Parameters);
  if (weight === 0) return;
  throw new UserError(
    `A canary of ${existing?.StackName} is open: ${formatShare(weight)} of new orders run the newest version.`,
    {
      hint: [
        'judge it: orders deploy --attach',
        'end it: orders versions rollback',
        'look at it: orders versions',
      ],
      exit: 6,
      code: 'CanaryOpen',
    },
  );
}

/** Throws UserError if `--param` sets a parameter that belongs to canaries. */
export function rejectReleaseParameters(parameters: Readonly<Record<string, string>>): void {
  const name = Object.values(releaseParameters).find((one) => Object.hasOwn(parameters, one));
  if (name === undefined) return;
  throw new UserError(`The parameter ${name} is set by canaries, not by hand.`, {
    hint: ['orders deploy --canary 10%', 'orders versions rollback VERSION'],
    code: 'BadParameter',
  });
}

/** Throws UserError if the template has no parameters for a canary. */
export function requireReleaseParameters(template: TemplateFile): void {
  const declared = listParameters(template);
  const missing = Object.values(releaseParameters).filter((name) => !Object.hasOwn(declared, name));
  if (missing.length === 0) return;
  throw new UserError(`template.yaml has no parameters for a canary: ${missing.join(', ')}.`, {
    hint: 'take them and the alias that uses them from the template of this version of orders',
    code: 'NoCanaryParameters',
  });
}

/** Returns a share as a percentage: `10%`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
