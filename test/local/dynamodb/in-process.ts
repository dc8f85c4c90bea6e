import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseSignature } from '../../../src/local/wire/signature.ts';
import type { Fixture } from './fixture.ts';

type HttpRequest = Parameters<DynamoDBClient['config']['requestHandler']['handle']>[0];

/**
 * Makes a client pass its requests to the service without a connection, for tests whose subject is the sender: connections and the checks
 * of signatures take a third of the time of a request. A response still arrives after its changes are on disk.
 */
export function connectInProcess(
  { config }: { readonly config: Pick<DynamoDBClient['config'], 'requestHandler'> },
  { dynamodb, store }: Pick<Fixture, 'dynamodb' | 'store'>,
): void {
  const connected = config.requestHandler;
  config.requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => connected.destroy?.(),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    async handle({ method, headers, body }: HttpRequest) {
      const query = new URLSearchParams();
      const response = await dynamodb.service.handle({
        method,
        path: '/',
        query,
        rawQuery: '',
        headers,
        exactHeaders: {},
        body: Buffer.from(body ?? ''),
        region: 'us-east-2',
        signature: parseSignature(headers['authorization'], query),
        caller: { kind: 'root' },
      });
      await store.committed();
      const { status: statusCode, headers: received = {}, body: text = '' } = response;
      return { response: { statusCode, headers: received, body: Buffer.from(text) } };
    },
  };
}
