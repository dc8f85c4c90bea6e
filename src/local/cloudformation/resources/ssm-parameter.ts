import type { DeclaredParameter } from '../../shared/parameter-interfaces.ts';
import { invalid } from '../query-protocol.ts';
import { toText } from '../templates/intrinsics.ts';
import type { Fields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** Maximum length of a generated name (characters). */
const maxNameLength = 40;
const maxDescriptionLength = 1024;

/** Properties of which the local runtime has one value, which is also the default. */
const onlyValues: Readonly<Record<string, string>> = { Tier: 'Standard', DataType: 'text' };

/**
 * AWS::SSM::Parameter: `Ref` is its name. The description is only stored with the stack.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
 */
export function parameterHandler({ parameters }: Services): ResourceHandler {
  return {
    createOnly: ['Name'],
    create({ properties, logicalId }) {
      const name =
        nonEmptyText(properties['Name']) ??
        generateName({ stack: 'CFN', logicalId }, maxNameLength);
      const input = readInput(name, properties, 'created');
      parameters.create(input);
      return toResource(input);
    },
    update({ properties }: ResourceRequest, { physicalId }) {
      const input = readInput(physicalId, properties, 'updated');
      if (!parameters.read(physicalId)) {
        throw invalid(
          `Resource of type 'AWS::SSM::Parameter' with identifier '${physicalId}' was not found.`,
        );
      }
      parameters.update(input);
      return toResource(input);
    },
    remove: ({ physicalId }) => parameters.remove(physicalId),
  };
}

function toResource({ Name, Type, Value }: DeclaredParameter): PhysicalResource {
  return { physicalId: Name, attributes: { Type, Value } };
}

/** Returns the parameter that the properties declare. Throws ValidationError for a value that CloudFormation or the runtime refuses. */
function readInput(
  Name: string,
  properties: Fields,
  operation: 'created' | 'updated',
): DeclaredParameter {
  const { Type, Value, AllowedPattern, Description } = properties;
  if (Type === 'SecureString') {
    // The text of AWS's handler: https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm
    throw invalid(
      `SSM Parameters of type SecureString cannot be ${operation} using CloudFormation`,
    );
  }
  for (const [name, only] of Object.entries(onlyValues)) {
    const value = properties[name];
    if (value !== undefined && value !== only) {
      throw invalid(
        `The local runtime does not implement the ${name} ${toText(value)} of AWS::SSM::Parameter`,
      );
    }
  }
  if (Description !== undefined && toText(Description).length > maxDescriptionLength) {
    throw invalid(`Description must have at most ${maxDescriptionLength} characters`);
  }
  return {
    Name,
    Type: toText(Type),
    Value: toText(Value),
    AllowedPattern: nonEmptyText(AllowedPattern),
  };
}
