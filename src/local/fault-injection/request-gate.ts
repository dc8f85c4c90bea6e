import { setTimeout as delay } from 'node:timers/promises';
import type { Service, WireRequest, WireResponse } from '../wire/http.ts';
import { Injection } from './injection.ts';
import { Quotas } from './quotas.ts';
import { failure, throttling } from './refusals.ts';

/** How requests fared since the runtime started, by `service:operation`. */
export type TrafficCounts = Readonly<
  Record<string, { readonly requests: number; readonly refused: number }>
>;

export interface TrafficSettings {
  /** Whether the limits of an account apply. */
  readonly enforceQuotas?: boolean | undefined;
  /** Faults as `parseInjection` reads them. */
  readonly inject?: readonly string[] | undefined;
}

/** What stands between the clients and the services: it counts requests, and refuses or delays some on demand. */
export class Traffic {
  readonly quotas: Quotas | undefined;
  readonly #injection: Injection | undefined;
  readonly #counts = new Map<string, { requests: number; refused: number }>();

  constructor({ enforceQuotas, inject = [] }: TrafficSettings) {
    this.quotas = enforceQuotas ? new Quotas() : undefined;
    this.#injection = inject.length > 0 ? new Injection(inject) : undefined;
  }

  /** Has the service answer, or answers in its place. */
  async pass(service: Service, request: WireRequest): Promise<WireResponse> {
    const { name, protocol } = service;
    if (!protocol) return service.handle(request);
    const operation = protocol.operation(request);
    const count = this.#count(`${name}:${operation}`);
    const { latency, refusal } = this.#injection?.fate(name) ?? { latency: 0 };
    if (latency > 0) await delay(latency);
    if (refusal === 'throttle' || this.quotas?.allows(name, operation) === false) {
      count.refused += 1;
      return protocol.failure(throttling(name), request);
    }
    if (refusal !== 'error') {
      const response = await service.handle(request);
      if (!refusal) {
        if (response.status === 429) count.refused += 1;
        return response;
      }
    }
    count.refused += 1;
    return protocol.failure(failure(name), request);
  }

  counts(): TrafficCounts {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #count(key: string): { requests: number; refused: number } {
    let count = this.#counts.get(key);
    if (!count) {
      count = { requests: 0, refused: 0 };
      this.#counts.set(key, count);
    }
    count.requests += 1;
    return count;
  }
}

/** Answers how requests fared. Not of AWS: the runtime's own. */
export function trafficService(traffic: Traffic): Service {
  return {
    name: 'traffic',
    claims: ({ method, path }) => method === 'GET' && path === '/_runtime/traffic',
    handle: () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(traffic.counts()),
    }),
  };
}
