import { AwsError } from '../wire/aws-error.ts';
import { invalid } from './limits.ts';
import type { MessageAttribute } from './repository.ts';

type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** Maximum number of attributes of a message. */
const maxAttributes = 10;

/**
 * Returns the body of a message. Throws if the message is empty, too long or not valid. The length includes the names, types and
 * values of the attributes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function checkMessage(
  body: string | undefined,
  attributes: MessageAttributes,
  maximumBytes: number,
): string {
  if (body === undefined || body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (!isValidText(body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  const entries = Object.entries(attributes);
  if (entries.length > maxAttributes) {
    throw invalid(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${maxAttributes}].`,
    );
  }
  for (const [name, attribute] of entries) checkAttribute(name, attribute);
  if (messageBytes(body, attributes) > maximumBytes) {
    throw invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
    );
  }
  return body;
}

/** Returns the size of a message (bytes). */
export function messageBytes(body: string, attributes: MessageAttributes = {}): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType = '', StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name + DataType + StringValue) +
      Buffer.byteLength(BinaryValue, 'base64'),
    Buffer.byteLength(body),
  );
}

/** Reports whether a text has only characters that XML 1.0 permits. */
function isValidText(text: string): boolean {
  return /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
}

function checkAttribute(name: string, attribute: MessageAttribute): void {
  const { DataType = '', StringValue, BinaryValue } = attribute;
  for (const list of ['StringListValues', 'BinaryListValues'] as const) {
    if ((attribute[list]?.length ?? 0) > 0) {
      throw new AwsError(
        'UnsupportedOperation',
        `Message attribute list values in SendMessage operation are not supported: ${list} of '${name}'.`,
      );
    }
  }
  if (!isValidName(name)) {
    throw invalid(
      `Message (user) attribute name '${name}' is invalid. It can contain only A-Z, a-z, 0-9, underscore(_), hyphen(-) and period (.), and must not start with AWS. or Amazon.`,
    );
  }
  const [type = ''] = DataType.split('.', 1);
  if (!['String', 'Number', 'Binary'].includes(type)) {
    throw invalid(
      `The message (user) attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const value = type === 'Binary' ? BinaryValue : StringValue;
  const other = type === 'Binary' ? StringValue : BinaryValue;
  if (!value || other) {
    const field = type === 'Binary' ? 'BinaryValue' : 'StringValue';
    throw invalid(
      `The message (user) attribute '${name}' must contain a non-empty ${field} for the message attribute type '${DataType}', and no other value.`,
    );
  }
  if (type === 'Number' && !isNumber(value)) {
    throw invalid(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
}

function isValidName(name: string): boolean {
  return /^[\w-]+(\.[\w-]+)*$/.test(name) && name.length <= 256 && !/^(aws|amazon)\./i.test(name);
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}
