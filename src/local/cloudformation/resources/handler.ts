import { randomInt } from 'node:crypto';
import type {
  Events,
  Functions,
  Logs,
  Objects,
  Queues,
  RestApis,
  Tables,
} from '../../service-interfaces.ts';
import type { Fields } from '../template.ts';

/** The services that resources are made with. */
export interface Services {
  readonly functions: Functions;
  readonly tables: Tables;
  readonly logs: Logs;
  readonly objects: Objects;
  readonly apis: RestApis;
  readonly events: Events;
  readonly queues: Queues;
}

export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  readonly stack: string;
  readonly region: string;
  readonly properties: Fields;
}

export interface Physical {
  readonly physicalId: string;
  readonly attributes: Fields;
}

/** How resources of one type are made. All are synchronous, so that they commit with the stack's own state. */
export interface Handler {
  create(request: ResourceRequest): Physical;
  update(request: ResourceRequest, previous: Physical): Physical;
  remove(physical: Physical): void;
  /** Properties whose change takes a new resource. */
  readonly createOnly: readonly string[];
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A physical name as CloudFormation makes it: `<stack>-<logical id>-<12 random characters>`. */
export function generatedName({ stack, logicalId }: ResourceRequest): string {
  const random = Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('');
  return `${stack}-${logicalId}-${random}`;
}

export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
