import { type ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Sha256 } from './sha256.ts';

/** One client for each environment, so that its invocations share connections and credentials. */
export const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ sha256: Sha256 }), {
  marshallOptions: { removeUndefinedValues: true },
});

export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
