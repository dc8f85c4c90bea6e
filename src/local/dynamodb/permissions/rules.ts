import { type Permission, requirePermission, resourceTagConditions } from '../../iam/permission.ts';
import type { PermissionRule, RequestInput } from '../../wire/json.ts';
import { type Table, type TableCatalogue, tableArn } from '../table.ts';
import { listAttributeNames, type NamingInput } from './attribute-names.ts';
import { listLeadingKeys, listQueriedKeys } from './leading-keys.ts';

/** One of the accesses to a table that an operation consists of. */
interface Access {
  readonly action: string;
  readonly region: string;
  readonly TableName: unknown;
  /** The items or keys that are accessed, each with the expressions for it. */
  readonly inputs: readonly RequestInput[];
  readonly select?: string;
  /** The operation that contains this access. */
  readonly enclosingOperation?: string;
}

/** Returns the text of a member; an empty text if it is not one. */
const toText = (value: unknown) => (typeof value === 'string' ? value : '');
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const toInput = (value: unknown): RequestInput =>
  typeof value === 'object' && value !== null ? (value as RequestInput) : {};

/** Returns the name of a table that is given by its name or its ARN. */
const toTableName = (value: unknown) => toText(value).split('/').at(-1) ?? '';

/** Value of `dynamodb:Select` for a request that names its items by their keys. */
const selectByKey = ({ ProjectionExpression }: RequestInput) =>
  ProjectionExpression === undefined ? 'ALL_ATTRIBUTES' : 'SPECIFIC_ATTRIBUTES';

/** The permissions that each operation needs. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
export function permissionRules(tables: TableCatalogue): Readonly<Record<string, PermissionRule>> {
  const find = (name: unknown) => tables.find(toTableName(name));
  const onItems = (access: Access) => requireItems(access, find(access.TableName));
  const onTable =
    (operation: string): PermissionRule =>
    ({ TableName }, { region }) => [
      requirePermission(`dynamodb:${operation}`, tableArn(toTableName(TableName), region), () =>
        tableConditions(find(TableName)),
      ),
    ];
  const onItem =
    (action: string): PermissionRule =>
    (input, { region }) => [
      onItems({ action, region, TableName: input['TableName'], inputs: [input] }),
    ];
  return {
    CreateTable: onTable('CreateTable'),
    DeleteTable: onTable('DeleteTable'),
    DescribeTable: onTable('DescribeTable'),
    DescribeTimeToLive: onTable('DescribeTimeToLive'),
    UpdateTimeToLive: onTable('UpdateTimeToLive'),
    ListTables: (_, { region }) => [
      requirePermission('dynamodb:ListTables', tableArn('*', region)),
    ],
    PutItem: onItem('PutItem'),
    UpdateItem: onItem('UpdateItem'),
    DeleteItem: onItem('DeleteItem'),
    GetItem: (input, { region }) => {
      const { TableName } = input;
      const select = selectByKey(input);
      return [onItems({ action: 'GetItem', region, TableName, inputs: [input], select })];
    },
    Query: (input, { region }) => [requireRead('Query', { input, region, find })],
    Scan: (input, { region }) => [requireRead('Scan', { input, region, find })],
    ...batchRules(onItems),
    ...transactionRules(onItems),
  };
}

/** A batch needs its own action for each table, and none for its items. */
function batchRules(onItems: (access: Access) => Permission): Record<string, PermissionRule> {
  return {
    BatchGetItem: ({ RequestItems }, { region }) =>
      Object.entries(toInput(RequestItems)).map(([TableName, value]) => {
        const { Keys, ...expressions } = toInput(value);
        const inputs = toList(Keys).map((Key) => ({ ...expressions, Key }));
        const select = selectByKey(expressions);
        return onItems({ action: 'BatchGetItem', region, TableName, inputs, select });
      }),
    BatchWriteItem: ({ RequestItems }, { region }) =>
      Object.entries(toInput(RequestItems)).map(([TableName, requests]) => {
        const inputs = toList(requests).map((request) => {
          const { PutRequest, DeleteRequest } = toInput(request);
          return toInput(PutRequest ?? DeleteRequest);
        });
        return onItems({ action: 'BatchWriteItem', region, TableName, inputs });
      }),
  };
}

/** Action of each kind of item in TransactWriteItems. */
const transactActions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

/** A transaction has no action: each of its items needs that of the single operation. */
function transactionRules(onItems: (access: Access) => Permission): Record<string, PermissionRule> {
  return {
    TransactGetItems: ({ TransactItems }, { region }) =>
      toList(TransactItems).map((item) => {
        const get = toInput(toInput(item)['Get']);
        return onItems({
          action: 'GetItem',
          region,
          TableName: get['TableName'],
          inputs: [get],
          select: selectByKey(get),
          enclosingOperation: 'TransactGetItems',
        });
      }),
    TransactWriteItems: ({ TransactItems }, { region }) =>
      toList(TransactItems).flatMap((item) =>
        Object.entries(transactActions).flatMap(([kind, action]) => {
          const value = toInput(item)[kind];
          if (value === undefined) return [];
          const write = toInput(value);
          return onItems({
            action,
            region,
            TableName: write['TableName'],
            inputs: [write],
            enclosingOperation: 'TransactWriteItems',
          });
        }),
      ),
  };
}

function requireItems(access: Access, table: Table | undefined): Permission {
  const { action, region, TableName, inputs, select, enclosingOperation } = access;
  const resource = tableArn(toTableName(TableName), region);
  return requirePermission(`dynamodb:${action}`, resource, () => ({
    ...tableConditions(table),
    'dynamodb:Attributes': unique(inputs.flatMap((input) => listAttributeNames(input))),
    'dynamodb:LeadingKeys': unique(inputs.flatMap((input) => listLeadingKeys(input, table))),
    'dynamodb:Select': select,
    'dynamodb:EnclosingOperation': enclosingOperation,
    ...returnConditions(inputs[0] ?? {}),
  }));
}

/** Query and Scan: of an index, only the permission on the index is needed. */
function requireRead(
  action: 'Query' | 'Scan',
  request: {
    readonly input: RequestInput;
    readonly region: string;
    readonly find: (name: unknown) => Table | undefined;
  },
): Permission {
  const { input, region, find } = request;
  const { TableName, IndexName } = input;
  const table = tableArn(toTableName(TableName), region);
  const resource = IndexName === undefined ? table : `${table}/index/${toText(IndexName)}`;
  return requirePermission(`dynamodb:${action}`, resource, () => ({
    ...tableConditions(find(TableName)),
    'dynamodb:Attributes': listAttributeNames(input as NamingInput),
    'dynamodb:LeadingKeys': action === 'Query' ? listQueriedKeys(input, find(TableName)) : [],
    'dynamodb:Select': readSelect(input),
    ...returnConditions(input),
  }));
}

function readSelect({ Select, IndexName, ProjectionExpression }: RequestInput): string {
  if (typeof Select === 'string') return Select;
  if (ProjectionExpression !== undefined) return 'SPECIFIC_ATTRIBUTES';
  return IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
}

function returnConditions({ ReturnValues, ReturnConsumedCapacity }: RequestInput) {
  return {
    'dynamodb:ReturnValues': toText(ReturnValues),
    'dynamodb:ReturnConsumedCapacity': toText(ReturnConsumedCapacity),
  };
}

function tableConditions(table: Table | undefined) {
  const pairs = toList(table?.stored.input['Tags']).map(toInput);
  return resourceTagConditions(
    Object.fromEntries(pairs.map(({ Key, Value }) => [toText(Key), toText(Value)])),
  );
}

const unique = (texts: readonly string[]) => [...new Set(texts)];
