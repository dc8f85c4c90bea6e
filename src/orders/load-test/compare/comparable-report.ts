/** The parts of a stored report that a comparison uses. Reports of earlier and later versions of `orders` may have other parts. */
import * as v from 'valibot';
import { UserError } from '../../../user-error.ts';

const counts = v.record(v.string(), v.number());
const optionalNumber = v.exactOptional(v.number());

const setupSchema = v.object({
  command: v.exactOptional(v.string()),
  toolVersion: v.exactOptional(v.string()),
  environment: v.string(),
  region: v.string(),
  stack: v.string(),
  timeScale: v.number(),
  waits: counts,
  functionVersions: counts,
});

const orderSchema = v.object({
  acceptedMs: optionalNumber,
  firstStatusMs: optionalNumber,
  reachedMs: optionalNumber,
  terminalMs: optionalNumber,
  activeMs: optionalNumber,
});

const reportSchema = v.object({
  passed: v.boolean(),
  cut: v.exactOptional(v.string()),
  setup: v.exactOptional(setupSchema),
  seed: v.number(),
  via: v.string(),
  concurrency: v.number(),
  until: v.string(),
  ratePerSecond: optionalNumber,
  rampMs: optionalNumber,
  mix: counts,
  startedAt: v.string(),
  durationMs: v.number(),
  checks: v.array(
    v.object({
      id: v.string(),
      passed: v.boolean(),
      notJudged: v.exactOptional(v.string()),
      faults: v.array(v.unknown()),
    }),
  ),
  thresholds: v.array(
    v.object({ expression: v.string(), passed: v.boolean(), value: optionalNumber }),
  ),
  outcome: v.object({
    planned: v.number(),
    submitted: v.number(),
    completed: v.number(),
    failed: v.number(),
    running: v.number(),
    errors: counts,
    throttledOrders: v.number(),
  }),
  rate: v.object({
    peakRunning: v.number(),
    completedPerSecond: v.number(),
    sentPerSecond: optionalNumber,
    peakSent: v.exactOptional(v.object({ orders: v.number() })),
  }),
  warmUp: v.exactOptional(v.object({ submitted: v.number() })),
  warnings: v.array(v.string()),
  orders: v.array(orderSchema),
});

export type ComparableReport = v.InferOutput<typeof reportSchema>;

/**
 * Parses the text of a report, or of the records of `orders load-test --json`, the last of which contains the report. `name` is for
 * messages. Throws a UserError if the text is neither.
 */
export function parseStoredReport(text: string, name: string): ComparableReport {
  const parsed = v.safeParse(reportSchema, readReport(text));
  if (parsed.success) return parsed.output;
  const path = v.getDotPath(parsed.issues[0]);
  throw new UserError(`${name} is not the report of a load test${path ? `: ${path}` : ''}.`, {
    hint: 'a report is a JSON file in .orders/runs, or the output of orders load-test --json',
    code: 'BadReport',
  });
}

function readReport(text: string): unknown {
  const value = parseJson(text) ?? parseJson(text.trimEnd().split('\n').at(-1) ?? '');
  return isRecord(value) && 'report' in value ? value['report'] : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Whether at least one of the runs was on the local runtime. */
export const isAnyLocal = (reports: readonly ComparableReport[]) =>
  reports.some(({ setup }) => setup?.environment === 'local');
