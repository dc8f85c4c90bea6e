import type { Decision } from '../iam/evaluate.ts';
import type { Iam } from '../iam/iam.ts';
import type { Permission } from '../iam/permission.ts';
import { account, partition } from '../shared/account.ts';
import type { FunctionSettings, LogLine, Logs } from '../shared/service-interfaces.ts';
import { invalidParameter } from './errors.ts';

type Settings = Omit<FunctionSettings, 'code'>;

/** Decides what Lambda itself does for functions: it acts with sessions of their execution roles. */
export class ExecutionRoles {
  readonly #iam: Iam;
  readonly #reported = new Set<string>();

  constructor(iam: Iam) {
    this.#iam = iam;
  }

  /** Decides about a permission of the role of a function. */
  authorize({ role, name }: Settings, permission: Permission): Decision {
    const session = { kind: 'session', role: role.split('/').at(-1) ?? '', session: name } as const;
    return this.#iam.authorize(session, permission);
  }

  /**
   * Checks the role of a new configuration: Lambda must be able to assume it, and it needs the permissions for the dead-letter queue and
   * for tracing. Throws InvalidParameterValueException.
   */
  check(settings: Settings, functionArn: string): void {
    const { role, deadLetterArn, tracing } = settings;
    const lambda = {
      kind: 'service',
      service: 'lambda.amazonaws.com',
      sourceArn: functionArn,
    } as const;
    if (!this.#iam.canAssume(role, lambda)) {
      throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
    }
    const mayNot = (action: string, resource: string) =>
      !this.authorize(settings, { action, resource }).allowed;
    if (deadLetterArn?.includes(':sqs:') && mayNot('sqs:SendMessage', deadLetterArn)) {
      throw invalidParameter(
        'The provided execution role does not have permissions to call SendMessage on SQS',
      );
    }
    if (tracing === 'Active' && mayNot('xray:PutTraceSegments', '*')) {
      throw invalidParameter(
        'The provided execution role does not have permissions to call PutTraceSegments on XRAY',
      );
    }
  }

  /** Reports whether the role may do something for which Lambda returns no error. A denial is written to stderr once. */
  mayQuietly(settings: Settings, permission: Permission): boolean {
    const decision = this.authorize(settings, permission);
    if (decision.allowed) return true;
    const { message } = decision;
    if (!this.#reported.has(message)) process.stderr.write(`${message}\n`);
    this.#reported.add(message);
    return false;
  }
}

/** Logs of functions. */
export interface FunctionLogs {
  /** Appends lines to a stream of the function's log group, if the role of the function allows this. */
  append(settings: Settings, stream: string, lines: readonly LogLine[]): void;
}

/**
 * Returns the logs that functions write with their roles. Lambda creates a missing group and stream and reports no error for a missing
 * permission. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function createFunctionLogs(
  logs: Pick<Logs, 'append' | 'hasGroup'>,
  roles: ExecutionRoles,
): FunctionLogs {
  return {
    append(settings, stream, lines) {
      const group = `arn:${partition}:logs:us-east-2:${account}:log-group:${settings.logGroup}`;
      const streamArn = `${group}:log-stream:${stream}`;
      const permissions = [
        ...(logs.hasGroup(settings.logGroup)
          ? []
          : [{ action: 'logs:CreateLogGroup', resource: `${group}:log-stream:` }]),
        { action: 'logs:CreateLogStream', resource: `${group}:log-stream:` },
        { action: 'logs:PutLogEvents', resource: streamArn },
      ];
      if (permissions.every((permission) => roles.mayQuietly(settings, permission))) {
        logs.append(settings.logGroup, stream, lines);
      }
    },
  };
}
