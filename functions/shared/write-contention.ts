import { errorNames } from '../contract/failure.ts';

/** A write conflicts with the writes of other orders: the step is retried with short delays until the order's patience ends. */
export class WriteContention extends Error {
  override readonly name = errorNames.writeContention;

  constructor(message = 'Other orders were writing the same items') {
    super(message);
  }
}
