import { text } from '../intrinsics.ts';
import { invalid } from '../query-protocol.ts';
import { isFields } from '../template.ts';
import {
  generatedName,
  type Handler,
  optionalText,
  type Physical,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** AWS::Events::Rule on the default bus, with functions as its targets. */
export function ruleHandler({ events }: Services): Handler {
  const put = ({ properties, region }: ResourceRequest, name: string): Physical => {
    if (!isFields(properties['EventPattern'])) {
      throw invalid('The local runtime knows rules with an EventPattern only');
    }
    const targets = Array.isArray(properties['Targets']) ? properties['Targets'] : [];
    const arns = targets.map((target: unknown) => text(isFields(target) ? target['Arn'] : ''));
    const other = arns.find((arn) => !arn.includes(':function:'));
    if (other !== undefined) {
      throw invalid(`The local runtime knows functions as targets only, not ${other}`);
    }
    // A disabled rule is there, and tells nobody.
    const enabled = properties['State'] !== 'DISABLED';
    const deadLetters = targets.flatMap((target: unknown, index) => {
      const { DeadLetterConfig: config } = isFields(target) ? target : {};
      return isFields(config) ? [[arns[index], text(config['Arn'])]] : [];
    });
    events.putRule({
      name,
      pattern: properties['EventPattern'],
      targets: enabled ? arns : [],
      deadLetters: Object.fromEntries(deadLetters),
    });
    const Arn = `arn:aws:events:${region}:000000000000:rule/${name}`;
    return { physicalId: name, attributes: { Arn } };
  };
  return {
    createOnly: ['Name'],
    create: (request) =>
      put(request, optionalText(request.properties['Name']) ?? generatedName(request)),
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => events.removeRule(physicalId),
  };
}
