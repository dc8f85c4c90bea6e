import { type Fields, pickFields, type Shape } from '../wire/check-input.ts';

const map = { map: 'any' } as const;
const strings = { list: 'string' } as const;
const capacity = {
  fields: { ReadCapacityUnits: 'number', WriteCapacityUnits: 'number' },
} as const;
const keySchema = {
  list: { fields: { AttributeName: 'string', KeyType: { oneOf: ['HASH', 'RANGE'] } } },
} as const;
const localIndex = {
  IndexName: 'string',
  KeySchema: keySchema,
  Projection: {
    fields: {
      ProjectionType: { oneOf: ['ALL', 'KEYS_ONLY', 'INCLUDE'] },
      NonKeyAttributes: strings,
    },
  },
} as const;

/** Types of members that are the same in every operation. */
const members: Fields = {
  TableName: 'string',
  IndexName: 'string',
  Key: map,
  Item: map,
  ConditionExpression: 'string',
  UpdateExpression: 'string',
  KeyConditionExpression: 'string',
  FilterExpression: 'string',
  ProjectionExpression: 'string',
  ExpressionAttributeNames: { map: 'string' },
  ExpressionAttributeValues: map,
  Limit: 'number',
  Select: {
    oneOf: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
  },
  Segment: 'number',
  TotalSegments: 'number',
  ConsistentRead: 'boolean',
  ScanIndexForward: 'boolean',
  ExclusiveStartKey: map,
  ExclusiveStartTableName: 'string',
  ReturnValues: { oneOf: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'] },
  ReturnValuesOnConditionCheckFailure: { oneOf: ['ALL_OLD', 'NONE'] },
  ReturnConsumedCapacity: { oneOf: ['INDEXES', 'TOTAL', 'NONE'] },
  ReturnItemCollectionMetrics: { only: ['NONE'] },
  ClientRequestToken: 'string',
  KeySchema: keySchema,
  AttributeDefinitions: {
    list: { fields: { AttributeName: 'string', AttributeType: { oneOf: ['B', 'N', 'S'] } } },
  },
  GlobalSecondaryIndexes: {
    list: { fields: { ...localIndex, ProvisionedThroughput: capacity } },
  },
  LocalSecondaryIndexes: { list: { fields: localIndex } },
  BillingMode: { oneOf: ['PROVISIONED', 'PAY_PER_REQUEST'] },
  ProvisionedThroughput: capacity,
  StreamSpecification: { fields: { StreamEnabled: { only: [false] } } },
  SSESpecification: { fields: { Enabled: { only: [false] } } },
  TableClass: { only: ['STANDARD'] },
  DeletionProtectionEnabled: 'boolean',
  TimeToLiveSpecification: { fields: { AttributeName: 'string', Enabled: 'boolean' } },
};

const placeholders = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];
const condition = ['ConditionExpression', ...placeholders, 'ReturnValuesOnConditionCheckFailure'];
const metrics = ['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'];
const write = ['TableName', ...condition, ...metrics, 'ReturnValues'];
const projection = ['ProjectionExpression', 'ExpressionAttributeNames'];
const get = ['TableName', 'Key', ...projection];
const read = [
  'TableName',
  'IndexName',
  'FilterExpression',
  'ProjectionExpression',
  ...placeholders,
  'Limit',
  'Select',
  'ConsistentRead',
  'ExclusiveStartKey',
  'ReturnConsumedCapacity',
];

const pick = (...names: readonly string[]) => pickFields(members, ...names);
const object = (...names: readonly string[]): Shape => ({ fields: pick(...names) });

/** The members of each operation's request that the runtime implements. */
export const requestShapes: Readonly<Record<string, Fields>> = {
  CreateTable: pick(
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'BillingMode',
    'ProvisionedThroughput',
    'StreamSpecification',
    'SSESpecification',
    'TableClass',
    'DeletionProtectionEnabled',
  ),
  DeleteTable: pick('TableName'),
  DescribeTable: pick('TableName'),
  ListTables: pick('Limit', 'ExclusiveStartTableName'),
  DescribeTimeToLive: pick('TableName'),
  UpdateTimeToLive: pick('TableName', 'TimeToLiveSpecification'),
  PutItem: pick('Item', ...write),
  DeleteItem: pick('Key', ...write),
  UpdateItem: pick('Key', 'UpdateExpression', ...write),
  GetItem: pick(...get, 'ConsistentRead', 'ReturnConsumedCapacity'),
  Query: pick(...read, 'KeyConditionExpression', 'ScanIndexForward'),
  Scan: pick(...read, 'Segment', 'TotalSegments'),
  BatchGetItem: {
    ...pick('ReturnConsumedCapacity'),
    RequestItems: {
      map: { fields: { ...pick(...projection, 'ConsistentRead'), Keys: { list: map } } },
    },
  },
  BatchWriteItem: {
    ...pick(...metrics),
    RequestItems: {
      map: { list: { fields: { PutRequest: object('Item'), DeleteRequest: object('Key') } } },
    },
  },
  TransactWriteItems: {
    ...pick('ClientRequestToken', ...metrics),
    TransactItems: {
      list: {
        fields: {
          Put: object('TableName', 'Item', ...condition),
          Update: object('TableName', 'Key', 'UpdateExpression', ...condition),
          Delete: object('TableName', 'Key', ...condition),
          ConditionCheck: object('TableName', 'Key', ...condition),
        },
      },
    },
  },
  TransactGetItems: {
    ...pick('ReturnConsumedCapacity'),
    TransactItems: { list: { fields: { Get: object(...get) } } },
  },
};
