/** Exports only the names that are used: the bundle stays small and loads fast. */
export { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
export {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
