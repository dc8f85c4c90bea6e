import { invalid } from '../query-protocol.ts';

const plainTypes = ['String', 'Number', 'List<Number>', 'CommaDelimitedList'];

/** A parameter whose value is the name of an SSM parameter. */
const ssmName = 'AWS::SSM::Parameter::Name';

const ssmValue = /^AWS::SSM::Parameter::Value<(String|List<String>|CommaDelimitedList)>$/;

/** Types whose values CloudFormation looks up in the account: EC2 and Route 53 resources, also as lists and as values of SSM. */
const accountTypes =
  /^(List<|AWS::SSM::Parameter::Value<|AWS::SSM::Parameter::Value<List<)?AWS::(EC2|Route53)::[A-Za-z:]+>{0,2}$/;

/** Reports whether a parameter's value is the name of an SSM parameter whose value it refers to. */
export function isSsmValue(type: string): boolean {
  return ssmValue.test(type);
}

/** Reports whether `!Ref` of a parameter is a list. */
export function isListType(type: string): boolean {
  return /^(CommaDelimitedList|List<.*>)$/.test(ssmValue.exec(type)?.[1] ?? type);
}

/** Throws ValidationError for a type that CloudFormation or the local runtime does not know. */
export function checkParameterType(name: string, type: unknown): void {
  if (typeof type !== 'string') {
    throw invalid(
      `Template format error: Every Parameters object must contain a Type member (${name}).`,
    );
  }
  if (plainTypes.includes(type) || type === ssmName || isSsmValue(type)) return;
  throw invalid(
    accountTypes.test(type)
      ? `Template format error: the local runtime does not implement the type ${type} of parameter ${name}`
      : `Template format error: Unrecognized parameter type: ${type}`,
  );
}
