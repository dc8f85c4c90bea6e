import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Fixture, start } from '../local/dynamodb/fixture.ts';
import { connectInProcess } from '../local/dynamodb/in-process.ts';
import { testCredentials } from '../support/credentials.ts';

/** Environment variable of the functions -> table of the template. */
const variables = {
  ORDERS_TABLE: 'OrdersTable',
  PRODUCTS_TABLE: 'ProductsTable',
  PAYMENTS_TABLE: 'PaymentsTable',
  LOYALTY_TABLE: 'LoyaltyTable',
  PROVIDER_CALLS_TABLE: 'ProviderCallsTable',
} as const;

/** The resources of the template: parsed once for all databases of a process. */
const { Resources: resources } = parse(
  readFileSync(new URL('../../template.yaml', import.meta.url), 'utf8'),
  { logLevel: 'silent' },
);

/** Creates the template's tables in a local DynamoDB and sets the environment of the functions. */
export async function startTables(): Promise<Fixture> {
  const fixture = await start();
  connectInProcess(fixture.client, fixture);
  for (const [variable, table] of Object.entries(variables)) {
    const { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } =
      resources[table].Properties;
    fixture.dynamodb.createTable({
      TableName: table,
      BillingMode,
      AttributeDefinitions,
      KeySchema,
      ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    });
    process.env[variable] = table;
  }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: fixture.url,
    AWS_REGION: 'us-east-2',
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    AWS_LAMBDA_LOG_LEVEL: 'ERROR',
  });
  return fixture;
}
