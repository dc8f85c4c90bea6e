import { describe, expect, it } from 'vitest';
import { permissionRules as cloudformationRules } from '../../../src/local/cloudformation/access/permissions.ts';
import { changeSetActions } from '../../../src/local/cloudformation/stacks/change-sets.ts';
import { stackActions } from '../../../src/local/cloudformation/stacks/stack-actions.ts';
import { permissionRules as dynamodbRules } from '../../../src/local/dynamodb/permissions/rules.ts';
import { handlers as dynamodbHandlers } from '../../../src/local/dynamodb/service.ts';
import { permissionRules as lambdaRules } from '../../../src/local/lambda/permissions.ts';
import { operationNames as lambdaOperations } from '../../../src/local/lambda/routes.ts';
import { logOperations } from '../../../src/local/logs/operations.ts';
import { permissionRules as logsRules } from '../../../src/local/logs/permissions.ts';
import { operations as s3Operations } from '../../../src/local/s3/operations.ts';
import { permissionRules as s3Rules } from '../../../src/local/s3/permissions.ts';
import { messageOperations } from '../../../src/local/sqs/messages.ts';
import { permissionRules as sqsRules } from '../../../src/local/sqs/permissions.ts';
import { queueOperations } from '../../../src/local/sqs/queues.ts';
import { parameterOperations } from '../../../src/local/ssm/operations.ts';
import { permissionRules as ssmRules } from '../../../src/local/ssm/permissions.ts';
import { operationCases } from './operation-cases.ts';

/** Stands for the collaborators that the tables need only when an operation runs. */
const unused = { schema() {} } as never;

/** Operations and permission rules of every service with both. */
const services: Readonly<Record<string, readonly [operations: object, rules: object]>> = {
  lambda: [Object.fromEntries(lambdaOperations.map((name) => [name, name])), lambdaRules],
  dynamodb: [dynamodbHandlers, dynamodbRules(unused)],
  sqs: [
    { ...queueOperations(unused, unused), ...messageOperations(unused) },
    sqsRules(() => 'arn'),
  ],
  logs: [logOperations(unused), logsRules],
  ssm: [parameterOperations(unused, unused), ssmRules],
  s3: [s3Operations, s3Rules],
  cloudformation: [
    { ...stackActions(unused, unused, unused), ...changeSetActions(unused, unused) },
    cloudformationRules(unused),
  ],
};

/** Operations whose callers need no permission for the operation itself. */
const unrestricted: Readonly<Record<string, string>> = {
  's3 DeleteObjects': 'each key is authorized on its own, and a refusal is a part of the result',
};

describe.each(Object.entries(services))('%s', (service, [operations, rules]) => {
  it('has permissions for every operation', () => {
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(operations).toSorted());
  });

  it('has a proven minimal policy for every operation', () => {
    const proven = new Set(operationCases.map((row) => `${row.service} ${row.operation}`));
    const missing = Object.keys(operations)
      .map((operation) => `${service} ${operation}`)
      .filter((operation) => !proven.has(operation) && !Object.hasOwn(unrestricted, operation));
    expect(missing).toEqual([]);
  });
});
