import type {
  DeleteParameterCommandInput,
  GetParameterCommandInput,
  GetParametersCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account, partition } from '../wire/http.ts';
import type { Operation } from '../wire/json.ts';
import type { Cipher } from './cipher.ts';
import { ParameterRows, type Row } from './repository.ts';

const types = ['String', 'StringList', 'SecureString'] as const;
/** Characters, for a standard parameter. */
const longest = 4096;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html and its neighbours. */
export function parameterOperations(
  store: Store,
  cipher: Cipher,
): Readonly<Record<string, Operation>> {
  const parameters = new ParameterRows(store);

  return {
    PutParameter(input: PutParameterCommandInput) {
      const name = checkedName(input.Name);
      const before = parameters.find(name);
      const { type, value } = checked(input, before);
      const version = (before?.version ?? 0) + 1;
      const sealed = type === 'SecureString' ? cipher.encrypt(value, name) : value;
      parameters.put({ name, type, value: sealed, version, modified: Date.now() / 1000 });
      return { Version: version, Tier: 'Standard' };
    },
    GetParameter({ Name, WithDecryption }: GetParameterCommandInput) {
      const row = parameters.find(nameOf(Name));
      if (!row) throw new AwsError('ParameterNotFound', '');
      return { Parameter: shown(row, WithDecryption ? cipher : undefined) };
    },
    GetParameters({ Names = [], WithDecryption }: GetParametersCommandInput) {
      if (Names.length === 0 || Names.length > 10) {
        throw new AwsError('ValidationException', 'Names must have 1 to 10 members');
      }
      const rows = Names.map((name) => parameters.find(nameOf(name)));
      return {
        Parameters: rows.flatMap((row) =>
          row ? [shown(row, WithDecryption ? cipher : undefined)] : [],
        ),
        InvalidParameters: Names.filter((_, index) => !rows[index]),
      };
    },
    DeleteParameter({ Name }: DeleteParameterCommandInput) {
      if (!parameters.remove(nameOf(Name))) throw new AwsError('ParameterNotFound', '');
      return {};
    },
  };
}

/** A parameter as it is answered: of a SecureString the sealed text, unless there is a cipher to open it. */
function shown({ name, type, value, version, modified }: Row, opener: Cipher | undefined) {
  return {
    Name: name,
    Type: type,
    Value: type === 'SecureString' && opener ? opener.decrypt(value, name) : value,
    Version: version,
    LastModifiedDate: modified,
    ARN: `${arnPrefix}${name.startsWith('/') ? '' : '/'}${name}`,
    DataType: 'text',
  };
}

function checked(
  { Value = '', Type, Overwrite }: PutParameterCommandInput,
  before: Row | undefined,
) {
  if (Value === '')
    throw new AwsError('ValidationException', 'Value must have at least 1 character');
  if (Value.length > longest) {
    throw new AwsError(
      'ValidationException',
      `Standard tier parameters support a maximum parameter value of ${longest} characters.`,
    );
  }
  if (before && !Overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const type = types.find((each) => each === (Type ?? before?.type));
  if (type) return { type, value: Value };
  throw new AwsError('ValidationException', `Type must be one of ${types.join(', ')}`);
}

const arnPrefix = `arn:${partition}:ssm:us-east-2:${account}:parameter`;

/** A parameter may be asked for by its ARN. */
const nameOf = (name = '') =>
  name.startsWith(`${arnPrefix}/`) ? name.slice(arnPrefix.length) : name;

function checkedName(name = ''): string {
  if (/^\/?[\w.-]+(\/[\w.-]+)*$/.test(name) && name.length <= 1011) return name;
  throw new AwsError(
    'ValidationException',
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
  );
}
