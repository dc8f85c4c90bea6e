import { randomUUID } from 'node:crypto';
import { AwsError } from '../../wire/aws-error.ts';
import { invalid, invalidParameter } from '../errors.ts';
import {
  type CreateTableInput,
  type Index,
  type IndexInput,
  type Table,
  type TimeToLive,
  tableArn,
} from '../table.ts';
import type { Context } from './context.ts';

/** CreateTable. The table is active immediately. */
export function createTable(context: Context, input: CreateTableInput, region?: string): object {
  checkTable(input);
  return context.store.transact(() => {
    if (context.tables.find(input.TableName)) {
      throw new AwsError('ResourceInUseException', `Table already exists: ${input.TableName}`);
    }
    const ttl = input.TimeToLiveSpecification;
    context.tables.save({
      input,
      id: randomUUID(),
      created: Date.now() / 1000,
      ...(ttl ? { timeToLive: ttl } : {}),
    });
    const table = context.tables.get(input.TableName);
    return { TableDescription: describeStored(context, table, { region, counted: false }) };
  });
}

export function deleteTable(
  context: Context,
  { TableName: name }: { TableName: string },
  region?: string,
): object {
  return context.store.transact(() => {
    const table = requireTable(context, name);
    if (table.stored.input['DeletionProtectionEnabled'] === true) {
      throw invalid(
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      );
    }
    const TableDescription = {
      ...describeStored(context, table, { region, counted: true }),
      TableStatus: 'DELETING',
    };
    context.items.clear(table);
    context.tables.remove(table.name);
    return { TableDescription };
  });
}

export function describeTable(
  context: Context,
  { TableName: name }: { TableName: string },
  region?: string,
): object {
  return { Table: describeStored(context, requireTable(context, name), { region, counted: true }) };
}

export function listTables(
  context: Context,
  input: { Limit?: number; ExclusiveStartTableName?: string },
): object {
  const { Limit = 100, ExclusiveStartTableName: after = '' } = input;
  if (!(Limit >= 1 && Limit <= 100)) {
    throw invalid(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100`,
    );
  }
  const names = context.tables.names().filter((name) => name > after);
  const page = names.slice(0, Limit);
  return {
    TableNames: page,
    ...(page.length < names.length ? { LastEvaluatedTableName: page.at(-1) } : {}),
  };
}

export function describeTimeToLive(context: Context, input: { TableName: string }): object {
  const { timeToLive } = requireTable(context, input.TableName).stored;
  return {
    TimeToLiveDescription: timeToLive?.Enabled
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.AttributeName }
      : { TimeToLiveStatus: 'DISABLED' },
  };
}

/** UpdateTimeToLive. Expired items are removed in the next clean-up of the runtime. */
export function updateTimeToLive(
  context: Context,
  input: { TableName: string; TimeToLiveSpecification: TimeToLive },
): object {
  const { TimeToLiveSpecification: timeToLive } = input;
  context.store.transact(() => {
    const { stored } = requireTable(context, input.TableName);
    if ((stored.timeToLive?.Enabled ?? false) === timeToLive.Enabled) {
      throw invalid(`TimeToLive is already ${timeToLive.Enabled ? 'enabled' : 'disabled'}`);
    }
    context.tables.save({ ...stored, timeToLive });
  });
  return { TimeToLiveSpecification: timeToLive };
}

function requireTable({ tables }: Context, name: string | undefined): Table {
  const table = tables.find(name?.split('/').at(-1) ?? '');
  if (table) return table;
  throw new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${name} not found`,
  );
}

function describeStored(
  context: Context,
  table: Table,
  { region, counted }: { region: string | undefined; counted: boolean },
): object {
  const { input, id, created } = table.stored;
  const totals = counted ? context.items.totals(table) : { count: 0, size: 0 };
  const onDemand = input.BillingMode === 'PAY_PER_REQUEST';
  const arn = tableArn(table.name, region);
  const countIndex = ({ name }: Index) => {
    const { count, size } = counted ? context.items.totals(table, name) : { count: 0, size: 0 };
    return { ItemCount: count, IndexSizeBytes: size };
  };
  const indexes = (global: boolean) => {
    const matching = table.indexes.filter((index) => index.global === global);
    return matching.length > 0
      ? matching.map((index) => ({ ...describeIndex(table, index, arn), ...countIndex(index) }))
      : undefined;
  };
  return {
    TableName: table.name,
    TableArn: arn,
    TableId: id,
    TableStatus: 'ACTIVE',
    CreationDateTime: created,
    KeySchema: input.KeySchema,
    AttributeDefinitions: input.AttributeDefinitions,
    ItemCount: totals.count,
    TableSizeBytes: totals.size,
    ProvisionedThroughput: describeThroughput(input),
    ...(onDemand ? { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } : {}),
    GlobalSecondaryIndexes: indexes(true),
    LocalSecondaryIndexes: indexes(false),
    DeletionProtectionEnabled: input['DeletionProtectionEnabled'] === true,
  };
}

function describeThroughput(
  declared: Pick<CreateTableInput, 'ProvisionedThroughput'> | undefined,
): object {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: declared?.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: declared?.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
  };
}

function describeIndex(table: Table, index: Index, arn: string): object {
  const { input } = table.stored;
  const all = index.global ? input.GlobalSecondaryIndexes : input.LocalSecondaryIndexes;
  const declared = all?.find((candidate) => candidate.IndexName === index.name);
  return {
    IndexName: index.name,
    IndexArn: `${arn}/index/${index.name}`,
    KeySchema: declared?.KeySchema,
    Projection: declared?.Projection,
    ...(index.global ? { IndexStatus: 'ACTIVE' } : {}),
    ...(index.global ? { ProvisionedThroughput: describeThroughput(declared) } : {}),
  };
}

function checkTable(input: CreateTableInput): void {
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(input.TableName ?? '')) {
    throw invalid(
      'TableName must be at least 3 characters long and at most 255 characters long, of a-z, A-Z, 0-9, _, - and .',
    );
  }
  const indexes = [...(input.GlobalSecondaryIndexes ?? []), ...(input.LocalSecondaryIndexes ?? [])];
  const names = indexes.map((index) => index.IndexName);
  if (new Set(names).size < names.length) {
    throw invalidParameter('Duplicate index name');
  }
  const defined = new Set((input.AttributeDefinitions ?? []).map((entry) => entry.AttributeName));
  const used = new Set<string>();
  for (const { KeySchema: schema } of [input, ...indexes]) {
    checkSchema(schema);
    for (const element of schema) used.add(element.AttributeName);
  }
  if ([...used].some((name) => !defined.has(name))) {
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${[...used].join(', ')}], AttributeDefinitions: [${[...defined].join(', ')}]`,
    );
  }
  if (defined.size > used.size) {
    throw invalidParameter(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  }
}

function checkSchema(schema: IndexInput['KeySchema'] | undefined): void {
  const kinds = schema?.map((element) => element.KeyType).join();
  if (kinds === 'HASH' || kinds === 'HASH,RANGE') return;
  throw invalid(
    'Invalid KeySchema: The first KeySchemaElement must be a HASH key type, and the second a RANGE key type',
  );
}
