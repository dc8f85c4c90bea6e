/**
 * Pause and resume: the commands of the installed SDK client if it has them, else two commands of this file (client-lambda 3.1164
 * has none), and the fields of responses that concern a pause. Names and types follow the service model (botocore 1.44.5).
 */
import * as client from '@aws-sdk/client-lambda';
import {
  Event$,
  EventInput$,
  GetDurableExecutionResponse$,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';

interface PauseDurableExecutionCommandInput {
  readonly DurableExecutionArn: string;
  /** Identifies repetitions of the request for 15 minutes. The client adds one if it is absent. */
  readonly ClientToken?: string;
  readonly Reason?: string;
  /** False: the execution timeout continues while the execution is paused. */
  readonly ExecutionTimeoutPaused?: boolean;
}

type ResumeDurableExecutionCommandInput = Omit<
  PauseDurableExecutionCommandInput,
  'ExecutionTimeoutPaused'
>;

/** Fields of GetDurableExecution's response that the client's type lacks. */
export interface PauseDetailsField {
  /** Present while the status is PAUSING or PAUSED. */
  readonly PauseDetails?: {
    readonly PauseRequestTimestamp?: Date;
    readonly ExecutionTimeoutPaused?: boolean;
    readonly Reason?: string;
  };
}

type CommandClass<Input> = new (input: Input) => StopDurableExecutionCommand;

/** The commands of a newer client. */
interface ClientCommands {
  readonly PauseDurableExecutionCommand?: CommandClass<PauseDurableExecutionCommandInput>;
  readonly ResumeDurableExecutionCommand?: CommandClass<ResumeDurableExecutionCommandInput>;
}

type Schema = typeof Event$;
type OperationContext = Parameters<StopDurableExecutionCommand['resolveMiddlewareWithContext']>[3];

const namespace = 'com.amazonaws.lambda';
/** Types of members in the client's schemas. */
const [text, boolean, timestamp] = [0, 2, 4] as const;
/** Traits of members in the client's schemas. */
const [inPath, idempotencyToken, sensitive] = [1, 4, 8] as const;

type Members = Readonly<Record<string, Schema[5][number]>>;

const structure = (name: string, members: Members): Schema => [
  3,
  namespace,
  name,
  0,
  Object.keys(members),
  Object.values(members),
];

const resumeMembers: Members = {
  DurableExecutionArn: [text, inPath],
  ClientToken: [text, idempotencyToken],
  Reason: [text, sensitive],
};

/** Returns a command for `POST /2025-12-01/durable-executions/{arn}/{path}`. The client signs it and retries it with the same token. */
function defineOperation<Input>(
  operation: string,
  path: string,
  members: Members,
): CommandClass<Input> {
  const route = ['POST', `/2025-12-01/durable-executions/{DurableExecutionArn}/${path}`, 202];
  const input = structure(`${operation}Request`, members);
  const output = structure(`${operation}Response`, {});
  const schema = [9, namespace, operation, { http: route }, () => input, () => output] as const;
  // The command for Stop has the same endpoint and the same signature.
  class PausingOperation extends StopDurableExecutionCommand {
    override resolveMiddlewareWithContext(
      ...[stack, configuration, options, context]: [unknown, unknown, unknown, OperationContext]
    ) {
      const smithyContext = { ...context.smithyContext, operation, operationSchema: schema };
      return super.resolveMiddlewareWithContext(
        stack as never,
        configuration as never,
        options as never,
        { ...context, commandName: `${operation}Command`, smithyContext },
      );
    }
  }
  return PausingOperation as unknown as CommandClass<Input>;
}

// Only members of the namespace are read, so that the build can leave out the client's other commands.
export const PauseDurableExecutionCommand =
  (client as unknown as ClientCommands).PauseDurableExecutionCommand ??
  defineOperation<PauseDurableExecutionCommandInput>('PauseDurableExecution', 'pause', {
    ...resumeMembers,
    ExecutionTimeoutPaused: boolean,
  });

export const ResumeDurableExecutionCommand =
  (client as unknown as ClientCommands).ResumeDurableExecutionCommand ??
  defineOperation<ResumeDurableExecutionCommandInput>(
    'ResumeDurableExecution',
    'resume',
    resumeMembers,
  );

/** Adds a member to a structure of the client, which otherwise leaves unknown members out of its responses. */
function addMember(schema: Schema, name: string, type: Schema): void {
  const [, , , , names, types] = schema;
  if (names.includes(name)) return;
  names.push(name);
  types.push(() => type);
}

const reason = () => EventInput$;
addMember(
  Event$,
  'ExecutionPausedDetails',
  structure('ExecutionPausedDetails', {
    PauseRequestTimestamp: timestamp,
    ExecutionTimeoutPaused: boolean,
    Reason: reason,
  }),
);
addMember(
  Event$,
  'ExecutionResumedDetails',
  structure('ExecutionResumedDetails', { ResumeRequestTimestamp: timestamp, Reason: reason }),
);
addMember(
  GetDurableExecutionResponse$,
  'PauseDetails',
  structure('PauseDetails', {
    PauseRequestTimestamp: timestamp,
    ExecutionTimeoutPaused: boolean,
    Reason: [text, sensitive],
  }),
);
