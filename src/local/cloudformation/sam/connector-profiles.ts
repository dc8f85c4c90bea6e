/** Actions of the role of a function on a resource, by the permission of the connector. `suffixes` are appended to its ARN. */
export interface RoleProfile {
  readonly suffixes: readonly string[];
  readonly actions: Readonly<Record<string, readonly string[]>>;
}

/**
 * What a function may do with a resource that it is connected to.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html
 */
export const roleProfiles: ReadonlyMap<string, RoleProfile> = new Map<string, RoleProfile>([
  [
    'AWS::Lambda::Function',
    { suffixes: [''], actions: { Write: ['lambda:InvokeAsync', 'lambda:InvokeFunction'] } },
  ],
  [
    'AWS::DynamoDB::Table',
    {
      suffixes: ['', '/index/*'],
      actions: {
        Read: [
          'dynamodb:GetItem',
          'dynamodb:Query',
          'dynamodb:Scan',
          'dynamodb:BatchGetItem',
          'dynamodb:ConditionCheckItem',
          'dynamodb:PartiQLSelect',
        ],
        Write: [
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
          'dynamodb:BatchWriteItem',
          'dynamodb:PartiQLDelete',
          'dynamodb:PartiQLInsert',
          'dynamodb:PartiQLUpdate',
        ],
      },
    },
  ],
  [
    'AWS::SQS::Queue',
    {
      suffixes: [''],
      actions: {
        Read: ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'],
        Write: [
          'sqs:DeleteMessage',
          'sqs:SendMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:PurgeQueue',
        ],
      },
    },
  ],
  [
    'AWS::S3::Bucket',
    {
      suffixes: ['', '/*'],
      actions: {
        Read: [
          's3:GetObject',
          's3:GetObjectAcl',
          's3:GetObjectLegalHold',
          's3:GetObjectRetention',
          's3:GetObjectTorrent',
          's3:GetObjectVersion',
          's3:GetObjectVersionAcl',
          's3:GetObjectVersionForReplication',
          's3:GetObjectVersionTorrent',
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:ListBucketVersions',
          's3:ListMultipartUploadParts',
        ],
        Write: [
          's3:AbortMultipartUpload',
          's3:DeleteObject',
          's3:DeleteObjectVersion',
          's3:PutObject',
          's3:PutObjectLegalHold',
          's3:PutObjectRetention',
          's3:RestoreObject',
        ],
      },
    },
  ],
]);
