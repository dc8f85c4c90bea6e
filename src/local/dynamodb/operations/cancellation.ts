import { AwsError } from '../../wire/aws-error.ts';
import type { Item } from '../values.ts';

/** Why an item cancelled its transaction; the code `None` for an item that did not. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** Returns the error of a transaction that was cancelled for the reasons of its items. */
export function transactionCancelled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}
