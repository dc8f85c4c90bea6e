import { DurableExecutionApiClient, SDK_VERSION } from '@aws/durable-execution-sdk-js';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Sha256 } from './sha256.ts';

/**
 * The client for checkpoints. Except for `sha256` and `cacheMiddleware`, it has the settings of the client that the durable SDK creates
 * by itself.
 */
export const durableExecutionClient = new DurableExecutionApiClient(
  new LambdaClient({
    sha256: Sha256,
    // Builds the steps of a request once for each kind of request. A document client would repeat its first request with it.
    cacheMiddleware: true,
    customUserAgent: [['aws-durable-execution-sdk-js', SDK_VERSION]],
    requestHandler: {
      connectionTimeout: 5_000,
      socketTimeout: 50_000,
      requestTimeout: 55_000,
      throwOnRequestTimeout: true,
    },
  }),
);
