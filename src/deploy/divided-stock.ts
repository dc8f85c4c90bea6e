/**
 * Versions of the workflow from before stock was divided among several items of the products table. They find only the units in the
 * first item of a product: they never sell too much, but reject orders although units are left.
 */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { listPublishedVersions } from './versions.ts';

/** The parameter for the maximum number of items, and the environment variable of the functions that contains it. */
const [parameter, variable] = ['StockShards', 'STOCK_SHARDS'];

/** Whether a version of the workflow finds the units in all items of a product. */
export function findsAllStock({ Environment }: FunctionConfiguration): boolean {
  return Environment?.Variables?.[variable] !== undefined;
}

/** Whether a version of the workflow may have divided the stock of products. */
export function dividesStock({ Environment }: FunctionConfiguration): boolean {
  return Number(Environment?.Variables?.[variable] ?? 1) > 1;
}

/** Two versions between which new orders are divided. */
interface CanaryStock {
  readonly functionName: string;
  /** The version that is live now. */
  readonly live: string;
  /** The template's parameters with their values. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** Throws UserError if the new version of a canary would divide stock of which the live version finds only a part. */
export async function checkCanaryStock(
  target: Target,
  { functionName, live, parameters }: CanaryStock,
): Promise<void> {
  if (Number(parameters[parameter] ?? 1) === 1) return;
  const versions = await listPublishedVersions(target, functionName);
  const version = versions.find(({ Version }) => Version === live);
  if (!version || findsAllStock(version)) return;
  throw new UserError(
    `The canary would divide the stock of products among several items, and version ${live} finds only the first: it would reject orders although units are left.`,
    {
      hint: [
        `--parameter ${parameter}=1`,
        `when no order runs on version ${live}: orders deploy --parameter ${parameter}=${parameters[parameter]}`,
      ],
      code: 'StockNotFound',
    },
  );
}
