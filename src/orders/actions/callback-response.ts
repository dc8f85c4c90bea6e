import { errorName } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** A response to a callback. */
export type CallbackResponse =
  /** `result` is JSON; absent for no result. */
  | { readonly kind: 'succeed'; readonly result?: string | undefined }
  | { readonly kind: 'fail'; readonly type: string; readonly message: string }
  | { readonly kind: 'heartbeat' };

interface ResponseOptions {
  readonly orderId: string;
  readonly callbackId: string;
  readonly response: CallbackResponse;
}

/** Sends a response to a callback. Throws a UserError if it is already completed or timed out (exit 6). */
export async function sendCallbackResponse(
  target: Target,
  { orderId, callbackId, response }: ResponseOptions,
): Promise<void> {
  const lambda = await target.clients.lambda();
  const command = await createCommand(callbackId, response);
  try {
    // The types of the three commands differ, so that `send` accepts no union of them.
    await lambda.send(command as Parameters<typeof lambda.send>[0]);
  } catch (error) {
    if (errorName(error) !== 'CallbackTimeoutException') throw error;
    throw new UserError(`The callback of ${orderId} is already completed or timed out.`, {
      hint: `orders get ${orderId}`,
      exit: 6,
      code: 'NotWaiting',
    });
  }
}

async function createCommand(CallbackId: string, response: CallbackResponse) {
  const sdk = await import('../../aws/sdk/lambda.ts');
  switch (response.kind) {
    case 'succeed': {
      const { result } = response;
      const Result = result === undefined ? {} : { Result: Buffer.from(result) };
      return new sdk.SendDurableExecutionCallbackSuccessCommand({ CallbackId, ...Result });
    }
    case 'fail': {
      const error = { ErrorType: response.type, ErrorMessage: response.message };
      return new sdk.SendDurableExecutionCallbackFailureCommand({ CallbackId, Error: error });
    }
    case 'heartbeat':
      return new sdk.SendDurableExecutionCallbackHeartbeatCommand({ CallbackId });
  }
}
