import type { DynamoDb } from '../shared/service-interfaces.ts';
import type { UsageMeter } from '../shared/usage-meter.ts';
import type { Store } from '../store/store.ts';
import type { WireRequest, WireResponse } from '../wire/http.ts';
import { awsJson, awsJsonProtocol, jsonPermissions, type Operation } from '../wire/json.ts';
import type { OngoingWrites } from './contention/ongoing-writes.ts';
import type { PartitionLimits } from './contention/partition-limits.ts';
import { openItemStore } from './item-store.ts';
import { batchGetItem } from './operations/batch-get.ts';
import { batchWriteItem } from './operations/batch-write.ts';
import { createTokenTable } from './operations/client-tokens.ts';
import type { Context } from './operations/context.ts';
import { removeExpired } from './operations/expire.ts';
import { query, scan } from './operations/query.ts';
import { getItem, transactGetItems } from './operations/read.ts';
import {
  createTable,
  deleteTable,
  describeTable,
  describeTimeToLive,
  listTables,
  updateTimeToLive,
} from './operations/tables.ts';
import { transactWriteItems } from './operations/transact.ts';
import { deleteItem, putItem, updateItem } from './operations/write.ts';
import { permissionRules } from './permissions/rules.ts';
import { requestShapes } from './request-shapes.ts';
import { type CreateTableInput, openCatalogue, tableArn } from './table.ts';

/** How requests for the same items and partitions affect each other. */
export interface Contention {
  /** The writes with which other requests conflict; absent for no conflicts. */
  readonly ongoing?: OngoingWrites | undefined;
  /** Limits of the partitions; absent for none. */
  readonly partitions?: PartitionLimits | undefined;
}

/** Creates the DynamoDB service. Its writes become durable with the next commit of the store. */
export function createDynamoDb({
  store,
  meter,
  contention: { ongoing, partitions } = {},
}: {
  store: Store;
  meter?: UsageMeter | undefined;
  contention?: Contention;
}): DynamoDb {
  const context: Context = {
    store,
    tables: openCatalogue(store),
    items: openItemStore(store),
    meter,
    partitions,
    ongoing,
  };
  createTokenTable(store);
  const operations = bind(context);
  return {
    service: {
      name: 'dynamodb',
      protocol: awsJsonProtocol('1.0'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith('DynamoDB_20120810.') ?? false,
      permissions: jsonPermissions(permissionRules(context.tables), format),
      handle: (request) => handle(request, operations),
    },
    removeExpired(now) {
      removeExpired(context, now);
      return false;
    },
    createTable: (input) => void createTable(context, input as CreateTableInput),
    deleteTable: (name) => void deleteTable(context, { TableName: name }),
    arn: (name) => tableArn(name),
  };
}

const format = {
  shapes: requestShapes,
  errors: { invalid: 'ValidationException', unsupported: 'ValidationException' },
} as const;

type Handler = (context: Context, input: never, region: string) => unknown;

/** All operations. */
export const handlers: Readonly<Record<string, Handler>> = {
  CreateTable: createTable,
  DeleteTable: deleteTable,
  DescribeTable: describeTable,
  ListTables: listTables,
  DescribeTimeToLive: describeTimeToLive,
  UpdateTimeToLive: updateTimeToLive,
  PutItem: putItem,
  GetItem: getItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  Query: query,
  Scan: scan,
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
};

function bind(context: Context): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (input: never, request: WireRequest) => handler(context, input, request.region),
    ]),
  );
}

function handle(
  request: WireRequest,
  operations: Readonly<Record<string, Operation>>,
): WireResponse | Promise<WireResponse> {
  if (request.signature) {
    return awsJson(request, { operations, version: '1.0', ...format });
  }
  const name = 'MissingAuthenticationTokenException';
  return {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': name },
    body: JSON.stringify({
      __type: `com.amazon.coral.service#${name}`,
      message: 'Request is missing Authentication Token',
    }),
  };
}
