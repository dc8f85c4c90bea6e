import https from 'node:https';
import { expect, it } from 'vitest';
import { node_https } from '../../scripts/lazy-https.ts';

it("behaves like Node's https agent once it is used", () => {
  const agent = node_https.Agent({ keepAlive: true, maxSockets: 7 });
  expect(agent).toBeInstanceOf(https.Agent);
  expect(agent.maxSockets).toBe(7);
  expect('keepAlive' in agent).toBe(true);
  agent.maxSockets = 8;
  expect(agent.maxSockets).toBe(8);
  agent.destroy();
  expect(node_https.request).toBe(https.request);
});
