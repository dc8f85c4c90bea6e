import { setTimeout as delay } from 'node:timers/promises';
import type { Service, WireRequest, WireResponse } from '../wire/http.ts';
import type { RequestInterceptor } from '../wire/server.ts';
import { FaultInjection } from './injection.ts';
import { Quotas } from './quotas.ts';
import { serviceFailure, throttlingError } from './refusals.ts';

/** Number of requests, and of refused requests, since the runtime started, by `service:operation`. */
export type RequestCounts = Readonly<
  Record<string, { readonly requests: number; readonly refused: number }>
>;

/** Rules and faults that a runtime applies to requests. */
export interface FaultSettings {
  /** True if the quotas of an account apply. */
  readonly enforceQuotas?: boolean | undefined;
  /** False if functions and services may do everything, even against the policies of their roles and resources. Default: true. */
  readonly enforceIam?: boolean | undefined;
  /** Time for which transactions of DynamoDB conflict with other writes of their items (ms of wall time); 0 for no conflicts. */
  readonly conflictWindowMs?: number | undefined;
  /** Faults in the format of `parseFaults`. */
  readonly inject?: readonly string[] | undefined;
}

/** Counts all requests to the services. Refuses requests over quota, and injects faults. */
export class RequestGate implements RequestInterceptor {
  readonly quotas: Quotas | undefined;
  readonly #injection: FaultInjection | undefined;
  readonly #counts = new Map<string, { requests: number; refused: number }>();

  constructor({ enforceQuotas, inject = [] }: FaultSettings) {
    this.quotas = enforceQuotas ? new Quotas() : undefined;
    this.#injection = inject.length > 0 ? new FaultInjection(inject) : undefined;
  }

  /** Returns the service's response, or an error response in its place. */
  async handle(service: Service, request: WireRequest): Promise<WireResponse> {
    const { name, protocol } = service;
    if (!protocol) return service.handle(request);
    const operation = protocol.operation(request);
    const count = this.#count(`${name}:${operation}`);
    const { latency, refusal } = this.#injection?.decide(name) ?? { latency: 0 };
    if (latency > 0) await delay(latency);
    if (refusal === 'throttle' || this.quotas?.tryAcquire(name, operation) === false) {
      count.refused += 1;
      return protocol.failure(throttlingError(name), request);
    }
    if (refusal !== 'error') {
      const response = await service.handle(request);
      if (!refusal) {
        if (response.status === 429) count.refused += 1;
        return response;
      }
    }
    count.refused += 1;
    return protocol.failure(serviceFailure(name), request);
  }

  counts(): RequestCounts {
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

/** Creates the service that returns the request counts. It belongs to the runtime, not to AWS. */
export function createRequestCountsService(gate: RequestGate): Service {
  return {
    name: 'traffic',
    claims: ({ method, path }) => method === 'GET' && path === '/_runtime/traffic',
    handle: () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(gate.counts()),
    }),
  };
}
