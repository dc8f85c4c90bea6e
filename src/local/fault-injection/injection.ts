import { randomInt } from 'node:crypto';

const dice = () => randomInt(2 ** 32) / 2 ** 32;

/** What is done to the requests of one service; shares from 0 to 1, milliseconds. */
export interface Faults {
  readonly throttle: number;
  readonly error: number;
  readonly latency: number;
}

/** What happens to one request. An error may come after the request was carried out, as on AWS. */
export interface Fate {
  readonly latency: number;
  readonly refusal?: 'throttle' | 'error' | 'error-afterwards';
}

const none: Faults = { throttle: 0, error: 0, latency: 0 };
const everything = '*';

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
 * Reads `throttle=5%,error=1%,latency=200ms` for all services, or `lambda:throttle=5%` for one; a later text and one for a
 * service win. Throws an Error that says what is wrong.
 */
export function parseInjection(texts: readonly string[]): ReadonlyMap<string, Faults> {
  const found = new Map<string, Faults>();
  for (const text of texts) {
    const [, service = everything, list = ''] = /^(?:([a-z0-9-]+):)?(.*)$/s.exec(text) ?? [];
    if (service !== everything && !services.some((each) => each === service)) {
      throw new Error(`"${service}" is no service; those are ${services.join(', ')}`);
    }
    let faults = found.get(service) ?? none;
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
    `"${part}" is no fault; write throttle=5%, error=1% or latency=200ms, at most 100% and 60s`,
  );
}

/** Decides what happens to requests; `chance` answers from 0 up to, and without, 1. */
export class Injection {
  readonly #faults: ReadonlyMap<string, Faults>;
  readonly #chance: () => number;

  constructor(texts: readonly string[], chance: () => number = dice) {
    this.#faults = parseInjection(texts);
    this.#chance = chance;
  }

  fate(service: string): Fate {
    const { throttle, error, latency } =
      this.#faults.get(service) ?? this.#faults.get(everything) ?? none;
    const drawn = this.#chance();
    if (drawn < throttle) return { latency, refusal: 'throttle' };
    if (drawn < throttle + error / 2) return { latency, refusal: 'error' };
    if (drawn < throttle + error) return { latency, refusal: 'error-afterwards' };
    return { latency };
  }
}
