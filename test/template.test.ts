import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { listingIndex, outputs } from '../functions/contract/api.ts';
import { orderJsonSchema } from '../functions/contract/json-schema.ts';
import { stage } from '../functions/contract/workflow.ts';

const text = readFileSync(new URL('../template.yaml', import.meta.url), 'utf8');
const template = parse(text, { logLevel: 'silent' });
const { Parameters, Resources } = template;

it('fits into the body of a CloudFormation call', () => {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
});

it("checks the API's orders with the contract's schema", () => {
  const { Order } = Resources.OrderApi.Properties.DefinitionBody.components.schemas;
  expect(Order).toEqual(orderJsonSchema());
});

it("waits as long as the contract says, and keeps the original's timeout and retention", () => {
  expect(Parameters.WarehouseWaitSeconds.Default).toBe(stage('await-warehouse').seconds);
  expect(Parameters.PickupWaitSeconds.Default).toBe(stage('await-pickup').seconds);
  expect(Parameters.ExecutionTimeoutSeconds.Default).toBe(86_400);
  expect(Parameters.ExecutionRetentionDays.Default).toBe(7);
});

it('has every output that the contract names', () => {
  expect(Object.keys(template.Outputs)).toEqual(expect.arrayContaining(Object.values(outputs)));
});

it('lists orders by an index without personal data', () => {
  const [index] = Resources.OrdersTable.Properties.GlobalSecondaryIndexes;
  expect(index.IndexName).toBe(listingIndex);
  expect(index.Projection.NonKeyAttributes).toEqual(['status', 'customerId', 'total', 'updatedAt']);
});
