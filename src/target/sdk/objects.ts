/** What is used of the SDK, by name: a bundle holds no more of it, and loads the faster. */
export {
  BucketLocationConstraint,
  CreateBucketCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
