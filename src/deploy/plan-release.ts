/** Plans a deployment together with the version that new orders run after it. */
import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import type { Target } from '../environment/target.ts';
import { parseRelease, publishesWorkflow, settledRelease, toParameters } from './canary/release.ts';
import { type CanaryStart, nothingToCanary, planCanary } from './canary/start.ts';
import { createPlan, discardPlan, type Plan, type PlanSource } from './change-set.ts';
import type { TemplateFile } from './template-file.ts';

interface ReleaseContext {
  readonly existing: StackDescription | undefined;
  readonly template: TemplateFile;
  readonly canary: CanaryStart | undefined;
}

/**
 * Creates the change set of a deployment. A stack that holds an older version for new orders keeps it, unless the deployment publishes
 * a version: only a plan shows that, so this case takes two. Throws UserError if a canary would have nothing to judge.
 */
export async function planRelease(
  target: Target,
  source: PlanSource,
  { existing, template, canary }: ReleaseContext,
): Promise<Plan> {
  if (canary) {
    const release = await planCanary(target, canary, {
      existing,
      template,
      given: source.parameters,
    });
    const parameters = { ...source.parameters, ...toParameters(release) };
    const plan = await createPlan(target, { ...source, parameters });
    if (publishesWorkflow(plan.changes)) return plan;
    await discardPlan(target, plan.changeSetId);
    throw nothingToCanary(plan.changes.some(({ type }) => type !== 'AWS::Lambda::Alias'));
  }
  const plan = await createPlan(target, source);
  const isHeld = source.previous.length > 0 && parseRelease(existing?.Parameters).live !== '';
  if (!isHeld || !publishesWorkflow(plan.changes)) return plan;
  await discardPlan(target, plan.changeSetId);
  const parameters = { ...source.parameters, ...toParameters(settledRelease()) };
  return createPlan(target, { ...source, parameters });
}
