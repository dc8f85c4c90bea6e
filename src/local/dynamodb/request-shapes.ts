import type { Fields } from '../wire/check-input.ts';

const map = { map: 'any' } as const;
const strings = { list: 'string' } as const;
const capacity = {
  fields: { ReadCapacityUnits: 'number', WriteCapacityUnits: 'number' },
} as const;
const keySchema = { list: { fields: { AttributeName: 'string', KeyType: 'string' } } } as const;
const indexes = {
  list: {
    fields: {
      IndexName: 'string',
      KeySchema: keySchema,
      Projection: { fields: { ProjectionType: 'string', NonKeyAttributes: strings } },
      ProvisionedThroughput: capacity,
    },
  },
} as const;

/** Members that mean the same in every operation. */
const common: Fields = {
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
  Select: 'string',
  Segment: 'number',
  TotalSegments: 'number',
  ConsistentRead: 'boolean',
  ScanIndexForward: 'boolean',
  ExclusiveStartKey: map,
  ReturnValues: 'string',
  ReturnValuesOnConditionCheckFailure: 'string',
  ReturnConsumedCapacity: 'string',
  ClientRequestToken: 'string',
  KeySchema: keySchema,
  AttributeDefinitions: { list: { fields: { AttributeName: 'string', AttributeType: 'string' } } },
  GlobalSecondaryIndexes: indexes,
  LocalSecondaryIndexes: indexes,
  BillingMode: 'string',
  ProvisionedThroughput: capacity,
  TimeToLiveSpecification: { fields: { AttributeName: 'string', Enabled: 'boolean' } },
};

const write = { fields: common } as const;

/** What members of a request may be, by operation. */
export function shapesOf(operation: string): Fields {
  return { ...common, ...special[operation] };
}

const special: Readonly<Record<string, Fields>> = {
  BatchGetItem: {
    RequestItems: { map: { fields: { ...common, Keys: { list: map } } } },
  },
  BatchWriteItem: {
    RequestItems: {
      map: { list: { fields: { PutRequest: write, DeleteRequest: write } } },
    },
  },
  TransactWriteItems: {
    TransactItems: {
      list: { fields: { Put: write, Update: write, Delete: write, ConditionCheck: write } },
    },
  },
  TransactGetItems: { TransactItems: { list: { fields: { Get: write } } } },
};
