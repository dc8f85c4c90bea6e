/** Exports only the names that are used: the bundle stays small and loads fast. */
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
