/**
 * Replaces the module `node-https` of the SDK's request handler, which loads `node:https` and TLS before every first request. Here they
 * are loaded by the first request to an https endpoint: the local runtime has none.
 */
import type { AgentOptions, Agent as HttpsAgent } from 'node:https';

type Https = typeof import('node:https');

const loadHttps = (): Https => process.getBuiltinModule('node:https');

/** Returns an agent that is created when a property of it is used. */
function createLazyAgent(options: AgentOptions): HttpsAgent {
  let created: HttpsAgent | undefined;
  const agent = (): HttpsAgent => {
    created ??= new (loadHttps().Agent)(options);
    return created;
  };
  return new Proxy({} as HttpsAgent, {
    get: (_, key) => Reflect.get(agent(), key),
    set: (_, key, value) => Reflect.set(agent(), key, value),
    has: (_, key) => Reflect.has(agent(), key),
    getPrototypeOf: () => Reflect.getPrototypeOf(agent()),
  });
}

/** The part of `node:https` that the request handler uses. */
export const node_https = {
  Agent: function Agent(options: AgentOptions) {
    return createLazyAgent(options);
  },
  get request(): Https['request'] {
    return loadHttps().request;
  },
};
