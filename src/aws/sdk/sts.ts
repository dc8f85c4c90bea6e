/** What is used of the SDK, by name: a bundle holds no more of it, and loads the faster. */
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
