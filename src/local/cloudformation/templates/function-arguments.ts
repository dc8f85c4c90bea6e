import { invalid } from '../query-protocol.ts';
import { isFields, parseIntrinsic, type Template } from './template.ts';

interface Signature {
  /** Reports whether an argument has the form that the function needs. Other functions stand for values of any form. */
  readonly accepts: (argument: unknown) => boolean;
  /** What the function needs, as CloudFormation words it. */
  readonly needs: string;
}

const isCall = (value: unknown) => parseIntrinsic(value) !== undefined;
const isText = (value: unknown) => typeof value === 'string';
const isList = (value: unknown) => Array.isArray(value);
const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
const orCall = (accepts: (value: unknown) => boolean) => (value: unknown) =>
  isCall(value) || accepts(value);

/** Accepts a list with these members, in this order. */
function listOf(...members: readonly ((value: unknown) => boolean)[]) {
  return (value: unknown) =>
    Array.isArray(value) &&
    value.length === members.length &&
    members.every((accepts, index) => accepts(value[index]));
}

function listOfConditions(minimum: number, maximum: number) {
  return (value: unknown) =>
    Array.isArray(value) &&
    value.length >= minimum &&
    value.length <= maximum &&
    value.every((member) => isFields(member));
}

const scalar = orCall(isScalar);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const signatures: Readonly<Record<string, Signature>> = {
  Ref: { accepts: isText, needs: 'every Ref object must have a single String value.' },
  'Fn::And': {
    accepts: listOfConditions(2, 10),
    needs: 'every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.',
  },
  'Fn::Base64': {
    accepts: scalar,
    needs: 'every Fn::Base64 object must have a String-typed value.',
  },
  'Fn::Equals': {
    accepts: listOf(scalar, scalar),
    needs: 'every Fn::Equals object requires a list of 2 string parameters.',
  },
  'Fn::FindInMap': {
    accepts: listOf(scalar, scalar, scalar),
    needs:
      'every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
  },
  'Fn::GetAtt': {
    accepts: isAttribute,
    needs:
      'every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
  },
  'Fn::If': {
    accepts: listOf(
      isText,
      () => true,
      () => true,
    ),
    needs: 'Fn::If requires a list argument with three elements',
  },
  'Fn::ImportValue': {
    accepts: scalar,
    needs: 'every Fn::ImportValue object must have a String-typed value.',
  },
  'Fn::Join': {
    accepts: listOf(isText, orCall(isList)),
    needs:
      'every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function ' +
      'that returns a list of strings (such as Fn::GetAZs) to be joined.',
  },
  'Fn::Not': {
    accepts: listOfConditions(1, 1),
    needs: 'every Fn::Not object requires one boolean parameter.',
  },
  'Fn::Or': {
    accepts: listOfConditions(2, 10),
    needs: 'every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.',
  },
  'Fn::Select': {
    accepts: listOf(scalar, orCall(isList)),
    needs: 'Fn::Select requires a list argument with two elements: an integer index and a list',
  },
  'Fn::Split': {
    accepts: listOf(isText, scalar),
    needs:
      'every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that ' +
      'returns a string to be split.',
  },
  'Fn::Sub': {
    accepts: (value) => isText(value) || listOf(isText, isFields)(value),
    needs:
      "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional " +
      'second argument to specify a mapping of values to replace in the string',
  },
};

function isAttribute(value: unknown): boolean {
  if (typeof value === 'string') return /^[^.]+\..+$/.test(value);
  if (!Array.isArray(value) || value.length < 2) return false;
  const [id, ...path] = value as readonly unknown[];
  const isName = (name: unknown) => isCall(name) || (isText(name) && name !== '');
  return isText(id) && id !== '' && path.every(isName);
}

/**
 * Throws ValidationError for the first function with arguments of another form than it needs, and for a function that the local runtime
 * does not implement.
 */
export function checkFunctions({ Conditions, Resources, Outputs }: Template): void {
  checkValue(Object.values(Resources).map(({ Properties }) => Properties));
  checkValue([Conditions, Outputs]);
}

function checkValue(value: unknown): void {
  if (Array.isArray(value)) {
    for (const member of value) checkValue(member);
    return;
  }
  if (!isFields(value)) return;
  const [name, argument] = parseIntrinsic(value) ?? [];
  // A policy document has members with the name Condition too.
  if (name !== undefined && name !== 'Condition') checkFunction(name, argument);
  for (const member of Object.values(value)) checkValue(member);
}

function checkFunction(name: string, argument: unknown): void {
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (!signature) {
    throw invalid(`Template error: the local runtime does not implement ${name}`);
  }
  if (!signature.accepts(argument)) throw invalid(`Template error: ${signature.needs}`);
}
