import type {
  DeleteParameterCommandInput,
  GetParameterCommandInput,
  GetParametersCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { withPattern } from '../shared/linear-regexp.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import type { Cipher } from './cipher.ts';
import { formatParameterArn, parseSelection, type Selection } from './parameter-name.ts';
import type { ParameterRepository, StoredParameter } from './repository.ts';

const types = ['String', 'StringList', 'SecureString'] as const;
/** Maximum length of the value of a standard parameter (characters). */
const maxValueLength = 4096;
const maxPatternLength = 1024;

/**
 * Returns the operations on parameters.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export function parameterOperations(parameters: ParameterRepository, cipher: Cipher) {
  const find = ({ names, selector }: Selection) => {
    // Labels cannot be created: a selector that is not a version names none.
    const version = selector === '' ? undefined : Number(selector.slice(1));
    return firstFound(names, (name) => parameters.find(name, version));
  };

  return {
    PutParameter(input: PutParameterCommandInput) {
      const name = checkName(input.Name);
      const before = parameters.find(name);
      const { type, value } = checkNewValue(input, before);
      const version = (before?.version ?? 0) + 1;
      const stored = type === 'SecureString' ? cipher.encrypt(value, name) : value;
      parameters.put({ name, type, value: stored, version, modified: Date.now() / 1000 });
      return { Version: version, Tier: 'Standard' };
    },
    GetParameter({ Name, WithDecryption }: GetParameterCommandInput) {
      const selection = parseSelection(Name);
      const row = find(selection);
      if (row) return { Parameter: toParameter(row, { selection, cipher, WithDecryption }) };
      const name = firstFound(selection.names, (known) => parameters.find(known)?.name);
      if (name === undefined) throw new AwsError('ParameterNotFound', '');
      throw new AwsError(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${selection.selector.slice(1)} of ${name}. Verify the version and try again.`,
      );
    },
    GetParameters({ Names = [], WithDecryption }: GetParametersCommandInput) {
      if (Names.length === 0 || Names.length > 10) {
        throw new AwsError('ValidationException', 'Names must have 1 to 10 members');
      }
      if (new Set(Names).size < Names.length) {
        throw new AwsError('ValidationException', 'Names must not contain duplicates');
      }
      const found = Names.map((name) => {
        const selection = parseSelection(name);
        const row = find(selection);
        return row && toParameter(row, { selection, cipher, WithDecryption });
      });
      return {
        Parameters: found.flatMap((parameter) => parameter ?? []),
        InvalidParameters: Names.filter((_, index) => !found[index]),
      };
    },
    DeleteParameter({ Name }: DeleteParameterCommandInput) {
      if (!parameters.remove(checkName(Name))) throw new AwsError('ParameterNotFound', '');
      return {};
    },
  } satisfies Readonly<Record<string, Operation>>;
}

/** Returns a parameter in the form of the API. A SecureString stays encrypted without decryption. */
function toParameter(
  { name, type, value, version, modified }: StoredParameter,
  options: {
    readonly selection: Selection;
    readonly cipher: Cipher;
    readonly WithDecryption: boolean | undefined;
  },
) {
  const { selection, cipher, WithDecryption } = options;
  const isEncrypted = type === 'SecureString' && WithDecryption;
  return {
    Name: name,
    Type: type,
    Value: isEncrypted ? cipher.decrypt(value, name) : value,
    Version: version,
    ...(selection.selector === '' ? {} : { Selector: selection.selector }),
    LastModifiedDate: modified,
    ARN: formatParameterArn(name),
    DataType: 'text',
  };
}

/** Returns the type and value of a new version. Throws if the request is not valid. */
function checkNewValue(
  { Value = '', Type, Overwrite, AllowedPattern }: PutParameterCommandInput,
  before: StoredParameter | undefined,
) {
  if (Value === '')
    throw new AwsError('ValidationException', 'Value must have at least 1 character');
  if (Value.length > maxValueLength) {
    throw new AwsError(
      'ValidationException',
      `Standard tier parameters support a maximum parameter value of ${maxValueLength} characters.`,
    );
  }
  if (before && !Overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const type = types.find((known) => known === (Type ?? before?.type));
  if (!type) throw new AwsError('ValidationException', `Type must be one of ${types.join(', ')}`);
  if (before && before.type !== type) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      `The type of the parameter ${before.name} cannot be changed from ${before.type} to ${type}. Create a parameter with another name.`,
    );
  }
  if (AllowedPattern) checkPattern(Value, AllowedPattern);
  return { type, value: Value };
}

/** AWS does not document whether a part of the value may match. Here the whole value must, which is the stricter reading. */
function checkPattern(value: string, pattern: string): void {
  if (pattern.length > maxPatternLength) {
    throw new AwsError(
      'ValidationException',
      `AllowedPattern must have at most ${maxPatternLength} characters`,
    );
  }
  let matches: boolean;
  try {
    matches = withPattern(`^(?:${pattern})$`, '', (compiled) => compiled.test(value));
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      `The request does not meet the regular expression requirement: ${pattern}`,
    );
  }
  if (matches) return;
  throw new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
}

function firstFound<T>(names: readonly string[], find: (name: string) => T | undefined) {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkName(name = ''): string {
  const isValid = /^\/?[\w.-]+(\/[\w.-]+)*$/.test(name) && !/^\/?(aws|ssm)/i.test(name);
  if (isValid && name.length <= 1011) return name;
  throw new AwsError(
    'ValidationException',
    'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
  );
}
