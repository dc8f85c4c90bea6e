/**
 * Prices of us-east-1 and us-east-2 in dollars, without free tiers, as published on the day `asOf`.
 * https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/dynamodb/pricing/on-demand/,
 * https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/api-gateway/pricing/
 */
export const prices = {
  asOf: '2026-11-22',
  durableOperation: 8 / 1e6,
  durableGigabyteWritten: 0.25,
  durableGigabyteMonth: 0.15,
  invocation: 0.2 / 1e6,
  /** On arm64. */
  gigabyteSecond: 0.0000133334,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  logGigabyte: 0.5,
  apiRequest: 3.5 / 1e6,
} as const;
