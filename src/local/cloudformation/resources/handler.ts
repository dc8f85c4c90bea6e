import { randomInt } from 'node:crypto';
import type {
  DynamoDb,
  Events,
  Functions,
  Logs,
  RestApis,
  S3,
  Sqs,
} from '../../shared/service-interfaces.ts';
import type { Fields } from '../template.ts';

/** The services in which resources are created. */
export interface Services {
  readonly functions: Functions;
  readonly dynamodb: DynamoDb;
  readonly logs: Logs;
  readonly s3: S3;
  readonly apis: RestApis;
  readonly events: Events;
  readonly sqs: Sqs;
}

export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  readonly stack: string;
  readonly region: string;
  readonly properties: Fields;
}

/** A resource that exists. */
export interface PhysicalResource {
  readonly physicalId: string;
  readonly attributes: Fields;
}

/** Creates, updates and removes resources of one type. All methods are synchronous: they commit together with the stack. */
export interface ResourceHandler {
  create(request: ResourceRequest): PhysicalResource;
  update(request: ResourceRequest, previous: PhysicalResource): PhysicalResource;
  remove(physical: PhysicalResource): void;
  /** Properties whose change requires a new resource. */
  readonly createOnly: readonly string[];
  /** Properties of which only some changes require a new resource. A change set reports them all as conditional. */
  readonly conditionalCreateOnly?: readonly string[];
}

const nameCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Returns a physical name in the format of CloudFormation: `<stack>-<logical id>-<12 random characters>`. */
export function generateName({ stack, logicalId }: ResourceRequest): string {
  const random = Array.from(
    { length: 12 },
    () => nameCharacters[randomInt(nameCharacters.length)],
  ).join('');
  return `${stack}-${logicalId}-${random}`;
}

/** Returns a text that is not empty; undefined for any other value. */
export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
