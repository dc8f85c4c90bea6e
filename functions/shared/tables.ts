import { type ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** One client an environment: connections and credentials are reused between invocations. */
export const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
});

/** The name of a table from the function's environment; throws when the template does not set it. */
export function tableName(variable: string): string {
  const name = process.env[variable];
  if (!name) throw new Error(`The environment variable ${variable} is not set`);
  return name;
}

export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
