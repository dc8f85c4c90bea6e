import { toText } from '../templates/intrinsics.ts';
import type { Fields } from '../templates/template.ts';
import { toNumbers } from './function.ts';
import type { PhysicalResource, ResourceHandler, ResourceRequest, Services } from './handler.ts';

/** AWS::Lambda::EventInvokeConfig: `Ref` is the function and the qualifier. */
export function eventInvokeConfigHandler({ functions }: Services): ResourceHandler {
  const put = ({ properties }: ResourceRequest): PhysicalResource => {
    const { FunctionName: _name, Qualifier: _qualifier, ...settings } = properties;
    const target = toTarget(properties);
    const numbers = ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds'];
    functions.putEventInvokeConfig(target, toNumbers(settings, numbers));
    return { physicalId: `${target.name}|${target.qualifier}`, attributes: {} };
  };
  return {
    createOnly: ['FunctionName', 'Qualifier'],
    create: put,
    update: put,
    remove: ({ properties }) => functions.removeEventInvokeConfig(toTarget(properties)),
  };
}

/** The function is given by name or ARN. */
function toTarget({ FunctionName, Qualifier }: Fields) {
  const name = toText(FunctionName).replace(/^.*:function:/, '');
  return { name, qualifier: toText(Qualifier) };
}
