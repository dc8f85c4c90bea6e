import { invalid } from '../query-protocol.ts';
import { toText } from '../templates/intrinsics.ts';
import { isFields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** EventBridge's limit for the length of a name. */
const maxNameLength = 64;

/** AWS::Events::Rule on the default bus, with functions as its targets. */
export function ruleHandler({ events }: Services): ResourceHandler {
  const put = ({ properties, region }: ResourceRequest, name: string): PhysicalResource => {
    if (!isFields(properties['EventPattern'])) {
      throw invalid('The local runtime supports only rules with an EventPattern');
    }
    const targets = Array.isArray(properties['Targets']) ? properties['Targets'] : [];
    const arns = targets.map((target: unknown) => toText(isFields(target) ? target['Arn'] : ''));
    const unsupported = arns.find((arn) => !arn.includes(':function:'));
    if (unsupported !== undefined) {
      throw invalid(`The local runtime supports only functions as targets, not ${unsupported}`);
    }
    // A disabled rule exists without targets.
    const isEnabled = properties['State'] !== 'DISABLED';
    const deadLetters = targets.flatMap((target: unknown, index) => {
      const { DeadLetterConfig: config } = isFields(target) ? target : {};
      return isFields(config) ? [[arns[index], toText(config['Arn'])]] : [];
    });
    events.putRule({
      name,
      pattern: properties['EventPattern'],
      targets: isEnabled ? arns : [],
      deadLetters: Object.fromEntries(deadLetters),
    });
    const Arn = `arn:aws:events:${region}:000000000000:rule/${name}`;
    return { physicalId: name, attributes: { Arn } };
  };
  return {
    createOnly: ['Name'],
    create: (request) =>
      put(
        request,
        nonEmptyText(request.properties['Name']) ?? generateName(request, maxNameLength),
      ),
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => events.removeRule(physicalId),
  };
}
