import { type RandomFraction, randomFraction } from '../shared/random.ts';

/** Faults of the requests to a service: shares of throttled and failed requests (0 to 1), and the added latency (ms). */
export interface Faults {
  readonly throttle: number;
  readonly error: number;
  readonly latency: number;
}

/** Faults of one request. With `error-afterwards` it fails after it was carried out, as may happen on AWS. */
export interface FaultDecision {
  readonly latency: number;
  readonly refusal?: 'throttle' | 'error' | 'error-afterwards';
}

const noFaults: Faults = { throttle: 0, error: 0, latency: 0 };
const allServices = '*';

/** The services that faults can be injected into. */
const services = [
  'lambda',
  'dynamodb',
  'logs',
  's3',
  'cloudformation',
  'sqs',
  'ssm',
  'sts',
  'execute-api',
] as const;

/**
 * Parses texts like `throttle=5%,error=1%,latency=200ms` for all services or `lambda:throttle=5%` for one service. Faults of a
 * service take precedence over faults of all services, later texts over earlier texts. Throws an Error with the reason.
 */
export function parseFaults(texts: readonly string[]): ReadonlyMap<string, Faults> {
  const found = new Map<string, Faults>();
  for (const text of texts) {
    const [, service = allServices, list = ''] = /^(?:([a-z0-9-]+):)?(.*)$/s.exec(text) ?? [];
    if (service !== allServices && !services.some((name) => name === service)) {
      throw new Error(`"${service}" is not a service. Valid services: ${services.join(', ')}`);
    }
    let faults = found.get(service) ?? noFaults;
    for (const part of list.split(',')) faults = { ...faults, ...parseFault(part) };
    found.set(service, faults);
  }
  return found;
}

function parseFault(part: string): Partial<Faults> {
  const [, name, percent] = /^(throttle|error)=(\d+(?:\.\d+)?)%$/.exec(part) ?? [];
  if (name && Number(percent) <= 100) return { [name]: Number(percent) / 100 };
  const [, length, unit] = /^latency=(\d+(?:\.\d+)?)(ms|s)$/.exec(part) ?? [];
  const ms = Number(length) * (unit === 's' ? 1000 : 1);
  if (unit && ms <= 60_000) return { latency: ms };
  throw new Error(
    `"${part}" is not a fault. Valid faults: throttle=5%, error=1%, latency=200ms (at most 100% and 60s)`,
  );
}

/** Decides which faults each request has. `draw` returns a number from 0 (inclusive) to 1 (exclusive). */
export class FaultInjection {
  readonly #faults: ReadonlyMap<string, Faults>;
  readonly #draw: () => number;

  constructor(texts: readonly string[], draw: RandomFraction = randomFraction) {
    this.#faults = parseFaults(texts);
    this.#draw = draw;
  }

  decide(service: string): FaultDecision {
    const { throttle, error, latency } =
      this.#faults.get(service) ?? this.#faults.get(allServices) ?? noFaults;
    const value = this.#draw();
    if (value < throttle) return { latency, refusal: 'throttle' };
    if (value < throttle + error / 2) return { latency, refusal: 'error' };
    if (value < throttle + error) return { latency, refusal: 'error-afterwards' };
    return { latency };
  }
}
