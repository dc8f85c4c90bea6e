import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sendSubsegment } from '../../functions/shared/tracing.ts';

let daemon: Socket;
beforeAll(async () => {
  daemon = createSocket('udp4');
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const { port } = daemon.address() as AddressInfo;
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', `127.0.0.1:${port}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  daemon.close();
});

const work = {
  name: 'process-payment',
  startedAt: 1_700_000_000_250,
  endedAt: 1_700_000_000_500,
  failed: false,
  annotations: { orderId: 'order-1', stage: 'process-payment', attempt: 1 },
};
const header = (sampled: string) =>
  `Root=1-5759e988-bd862e3f;Parent=53995c3f42cd8ad8;Sampled=${sampled}`;

async function received(): Promise<unknown> {
  const [message] = (await once(daemon, 'message')) as [Buffer];
  const [version = '', document = ''] = message.toString('utf8').split('\n');
  expect(JSON.parse(version)).toEqual({ format: 'json', version: 1 });
  return JSON.parse(document);
}

it('sends a step to the X-Ray daemon as a subsegment of the invocation', async () => {
  vi.stubEnv('_X_AMZN_TRACE_ID', header('1'));
  sendSubsegment(work);
  expect(await received()).toEqual({
    type: 'subsegment',
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    trace_id: '1-5759e988-bd862e3f',
    parent_id: '53995c3f42cd8ad8',
    name: 'process-payment',
    start_time: 1_700_000_000.25,
    end_time: 1_700_000_000.5,
    annotations: { orderId: 'order-1', stage: 'process-payment', attempt: 1 },
  });
});

it('sends nothing for an invocation that is not sampled, and marks a failed step', async () => {
  for (const unsampled of ['', header('0'), 'Root=1-1']) {
    vi.stubEnv('_X_AMZN_TRACE_ID', unsampled);
    sendSubsegment(work);
  }
  vi.stubEnv('_X_AMZN_TRACE_ID', header('1'));
  sendSubsegment({ ...work, name: 'last', failed: true });
  expect(await received()).toMatchObject({ name: 'last', fault: true });
});
