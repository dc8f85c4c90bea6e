import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields, type ResourceDeclaration } from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

const attributeTypes: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' };

/**
 * Returns the table that SAM creates for AWS::Serverless::SimpleTable: its only key is `id` by default, and without a throughput it is
 * billed per request. Throws ValidationError for an invalid key.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html
 */
export function expandSimpleTable(id: string, resource: ResourceDeclaration): ResourceDeclaration {
  const { Properties = {}, Type: _, ...attributes } = resource;
  const { PrimaryKey: key, Tags: tags, ProvisionedThroughput: throughput, ...rest } = Properties;
  const { name, type } = readKey(id, key);
  return {
    ...attributes,
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      ...rest,
      AttributeDefinitions: [{ AttributeName: name, AttributeType: type }],
      KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
      ...(throughput === undefined
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : { ProvisionedThroughput: throughput }),
      ...(isFields(tags) ? { Tags: toTagList(tags) } : {}),
    },
  };
}

function readKey(id: string, key: unknown): { readonly name: unknown; readonly type: string } {
  if (key === undefined) return { name: 'id', type: 'S' };
  checkSamNames(id, { place: 'PrimaryKey', names: ['Name', 'Type'] }, key);
  const { Name, Type } = isFields(key) ? key : {};
  if (Name === undefined) throw invalidResource(id, "Property 'PrimaryKey.Name' is required.");
  if (Type === undefined) throw invalidResource(id, "Property 'PrimaryKey.Type' is required.");
  const text = toText(Type);
  const type = Object.hasOwn(attributeTypes, text) ? attributeTypes[text] : undefined;
  if (type === undefined) throw invalidResource(id, `Invalid 'PrimaryKey' "${text}".`);
  return { name: Name, type };
}

function toTagList(tags: Fields): Fields[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
