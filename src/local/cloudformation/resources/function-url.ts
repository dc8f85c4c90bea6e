import { formatUrlHost } from '../../shared/function-url-address.ts';
import type { FunctionUrlTarget } from '../../shared/function-url-interfaces.ts';
import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields } from '../templates/template.ts';
import { toNumbers } from './function.ts';
import { nonEmptyText, type ResourceHandler, type Services } from './handler.ts';

/**
 * AWS::Lambda::Url: `Ref` is the ARN of the function or of the alias. The attribute `FunctionUrl` has the host of AWS, which outputs
 * replace by the address in the runtime.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html
 */
export function functionUrlHandler({ functions }: Services): ResourceHandler {
  return {
    createOnly: ['TargetFunctionArn', 'Qualifier'],
    create({ properties, region }) {
      const target = toTarget(properties);
      const id = functions.urls.create(target, toInput(properties));
      const arn = functions.arn(target.name, target.qualifier);
      const url = `https://${formatUrlHost(id, region)}/`;
      return { physicalId: arn, attributes: { FunctionArn: arn, FunctionUrl: url } };
    },
    update({ properties }, { physicalId, attributes }) {
      // A property that the template lacks gets its default.
      functions.urls.update(toTarget(properties), { Cors: {}, ...toInput(properties) });
      return { physicalId, attributes };
    },
    remove: ({ properties }) => functions.urls.remove(toTarget(properties)),
  };
}

/** The function is given by name or ARN, with or without an alias. */
function toTarget({ TargetFunctionArn, Qualifier }: Fields): FunctionUrlTarget {
  const [name = '', alias] = toText(TargetFunctionArn)
    .replace(/^.*:function:/, '')
    .split(':');
  return { name, qualifier: nonEmptyText(Qualifier) ?? alias };
}

/** Returns the properties as members of CreateFunctionUrlConfig: templates write numbers and truth values as text, too. */
function toInput({ AuthType, InvokeMode, Cors: cors }: Fields): Fields {
  return {
    AuthType,
    ...(InvokeMode === undefined ? {} : { InvokeMode }),
    ...(cors === undefined ? {} : { Cors: isFields(cors) ? toCors(cors) : cors }),
  };
}

function toCors({ AllowCredentials: credentials, ...cors }: Fields): Fields {
  const isText = credentials === 'true' || credentials === 'false';
  return {
    ...toNumbers(cors, ['MaxAge']),
    ...(credentials === undefined
      ? {}
      : { AllowCredentials: isText ? credentials === 'true' : credentials }),
  };
}
