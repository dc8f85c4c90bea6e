import { randomInt } from 'node:crypto';
import type { Iam } from '../../iam/iam.ts';
import type { ParameterStore } from '../../shared/parameter-interfaces.ts';
import type {
  DynamoDb,
  Events,
  Functions,
  Logs,
  RestApis,
  S3,
  Sqs,
} from '../../shared/service-interfaces.ts';
import type { Fields } from '../templates/template.ts';

/** The services in which resources are created. */
export interface Services {
  readonly functions: Functions;
  readonly dynamodb: DynamoDb;
  readonly logs: Logs;
  readonly s3: S3;
  readonly apis: RestApis;
  readonly events: Events;
  readonly sqs: Sqs;
  readonly parameters: ParameterStore;
  readonly iam: Pick<Iam, 'roles' | 'resourcePolicies'>;
}

export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  readonly stack: string;
  readonly region: string;
  readonly properties: Fields;
  /** The `Metadata` attribute, with intrinsics as they are. */
  readonly metadata?: Fields | undefined;
}

/** A resource that exists. */
export interface PhysicalResource {
  readonly physicalId: string;
  readonly attributes: Fields;
  /** What the user should know about the resource. It is the reason of its last event. */
  readonly notice?: string;
}

/** A resource before an update, with the properties that were applied. */
export interface PreviousResource extends PhysicalResource {
  readonly properties: Fields;
}

/** Creates, updates and removes resources of one type. All methods are synchronous: they commit together with the stack. */
export interface ResourceHandler {
  create(request: ResourceRequest): PhysicalResource;
  update(request: ResourceRequest, previous: PreviousResource): PhysicalResource;
  remove(previous: PreviousResource): void;
  /** Properties whose change requires a new resource. */
  readonly createOnly: readonly string[];
  /** Properties of which only some changes require a new resource. A change set reports them all as conditional. */
  readonly conditionalCreateOnly?: readonly string[];
}

const nameCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Number of random characters of a generated name. */
const randomLength = 12;

/**
 * Returns a physical name in the format of CloudFormation: `<stack>-<logical id>-<12 random characters>`. If the name would be too long,
 * the stack's name and the logical id are shortened, each to about half of the space unless the other is shorter. AWS does not document
 * this; it was observed: https://github.com/convox/rack/issues/2297
 */
export function generateName(
  { stack, logicalId }: Pick<ResourceRequest, 'stack' | 'logicalId'>,
  maxLength = 255,
): string {
  const random = Array.from(
    { length: randomLength },
    () => nameCharacters[randomInt(nameCharacters.length)],
  ).join('');
  const length = maxLength - randomLength - '--'.length;
  const id = logicalId.slice(0, Math.max(Math.floor(length / 2), length - stack.length));
  return `${stack.slice(0, length - id.length)}-${id}-${random}`;
}

/** Returns a text that is not empty; undefined for any other value. */
export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
