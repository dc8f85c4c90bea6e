import {
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { documents } from '../dynamodb.ts';
import { retryConflicts, type TransactItem } from '../transactions.ts';

type Item = Record<string, unknown>;

type Condition = Pick<
  PutCommandInput,
  'ConditionExpression' | 'ReturnValuesOnConditionCheckFailure'
>;

export type Update = Condition &
  Pick<UpdateCommandInput, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> & {
    readonly UpdateExpression: string;
  };

type Query = Pick<
  QueryCommandInput,
  'KeyConditionExpression' | 'FilterExpression' | 'ExpressionAttributeValues'
>;

export interface Table<Key extends object> {
  /** Throws an error if the template does not set the environment variable. */
  readonly name: () => string;
  readonly get: (
    key: Key,
    options?: { readonly consistent?: boolean },
  ) => Promise<Item | undefined>;
  /** Writes the item. A conflict with a transaction is retried, as in `update`. */
  readonly put: (item: object, condition?: Condition) => Promise<void>;
  readonly update: (key: Key, update: Update) => Promise<void>;
  /** Updates the item, and returns all of it as it is after that. */
  readonly updateAndGet: (key: Key, update: Update) => Promise<Item>;
  /** Reads all pages, consistently. */
  readonly query: (query: Query) => Promise<Item[]>;
  /** The same writes as parts of a transaction. */
  readonly putItem: (item: object, condition?: Condition) => TransactItem;
  readonly updateItem: (key: Key, update: Update) => TransactItem;
  readonly checkItem: (key: Key, condition: string) => TransactItem;
}

/** Creates the access to a table whose name is in an environment variable of the function. */
export function createTable<Key extends object>(variable: string): Table<Key> {
  function name(): string {
    const value = process.env[variable];
    if (!value) throw new Error(`The environment variable ${variable} is not set`);
    return value;
  }
  const putInput = (item: object, condition: Condition) => ({
    TableName: name(),
    Item: item as Item,
    ...condition,
  });
  const updateInput = (key: Key, update: Update) => ({ TableName: name(), Key: key, ...update });
  const sendUpdate = (key: Key, input: UpdateCommandInput) => {
    const command = new UpdateCommand(input);
    return retryConflicts(JSON.stringify(key), () => documents.send(command));
  };

  return {
    name,
    async get(key, { consistent = true } = {}) {
      const input = { TableName: name(), Key: key, ConsistentRead: consistent };
      return (await documents.send(new GetCommand(input))).Item;
    },
    async put(item, condition = {}) {
      const command = new PutCommand(putInput(item, condition));
      await retryConflicts(JSON.stringify(item), () => documents.send(command));
    },
    async update(key, update) {
      await sendUpdate(key, updateInput(key, update));
    },
    async updateAndGet(key, update) {
      const input = { ...updateInput(key, update), ReturnValues: 'ALL_NEW' as const };
      return (await sendUpdate(key, input)).Attributes ?? {};
    },
    async query(query) {
      const items: Item[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const input = { TableName: name(), ConsistentRead: true, ...query, ExclusiveStartKey };
        const page = await documents.send(new QueryCommand(input));
        items.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return items;
    },
    putItem: (item, condition = {}) => ({ Put: putInput(item, condition) }),
    updateItem: (key, update) => ({ Update: updateInput(key, update) }),
    checkItem: (key, condition) => ({
      ConditionCheck: { TableName: name(), Key: key, ConditionExpression: condition },
    }),
  };
}
