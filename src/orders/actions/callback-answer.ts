import { errorName } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** What a callback is told. */
export type Answer =
  /** `result` is JSON; absent for nothing. */
  | { readonly kind: 'succeed'; readonly result?: string | undefined }
  | { readonly kind: 'fail'; readonly type: string; readonly message: string }
  | { readonly kind: 'heartbeat' };

/** Tells a callback its answer. Throws a UserError (exit 6) when it has been answered, or has timed out. */
export async function sendAnswer(
  target: Target,
  to: { readonly orderId: string; readonly callbackId: string; readonly answer: Answer },
): Promise<void> {
  const { orderId, callbackId: CallbackId, answer } = to;
  const sdk = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    if (answer.kind === 'succeed') {
      const { result } = answer;
      const Result = result === undefined ? {} : { Result: Buffer.from(result) };
      const success = { CallbackId, ...Result };
      await lambda.send(new sdk.SendDurableExecutionCallbackSuccessCommand(success));
    } else if (answer.kind === 'fail') {
      const failure = { ErrorType: answer.type, ErrorMessage: answer.message };
      await lambda.send(
        new sdk.SendDurableExecutionCallbackFailureCommand({ CallbackId, Error: failure }),
      );
    } else await lambda.send(new sdk.SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }));
  } catch (error) {
    if (errorName(error) !== 'CallbackTimeoutException') throw error;
    throw new UserError(`${orderId} was answered already, or its time was up.`, {
      hint: `orders get ${orderId}`,
      exit: 6,
      code: 'NotWaiting',
    });
  }
}
