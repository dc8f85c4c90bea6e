import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { samples } from '../../../functions/contract/samples.ts';
import { loyaltyOrderKey, paymentKey } from '../../../functions/contract/tables.ts';
import { createPolicy, type Policy, type Statement } from '../../../src/deploy/iam/policy.ts';
import { full } from '../../support/full.ts';
import { createDecider } from './decide.ts';
import { decisions } from './record-permissions.ts';
import {
  distinctCalls,
  formatCall,
  formatRecording,
  normalizeCall,
  parseRecording,
  type RecordedCall,
  type Recording,
} from './recorded-call.ts';
import { startProject } from './run-commands.ts';
import { listTemplateResources } from './template-resources.ts';

vi.mock('../../../src/local/iam/authorizer.ts', async (load) => {
  const { recordPermissions } = await import('./record-permissions.ts');
  return recordPermissions(await load());
});

/** `ORDERS_TEST_FULL=1 RECORD=1 vitest run test/deploy/iam/function-roles.test.ts` writes this file. */
const file = new URL('function-calls.json', import.meta.url);
const recording = parseRecording(readFileSync(file, 'utf8'));

/**
 * The runtime collects no traces, and Stripe is not part of the recorded run. A function reads the state of its execution only if it
 * has more operations than an invocation contains.
 */
const notRecorded = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'ssm:GetParameter',
  'lambda:GetDurableExecutionState',
];

const roles = listTemplateResources('orders', 'bucket').flatMap(
  ({ logicalId, type, properties }) => {
    if (type !== 'AWS::IAM::Role') return [];
    const policies = properties['Policies'] as readonly { PolicyDocument: Policy }[];
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    return [{ logicalId, statements: statements.map(toLists) }];
  },
);

function toLists(statement: Statement): Statement {
  return { ...statement, Action: [statement.Action].flat(), Resource: [statement.Resource].flat() };
}

it('has a recording of every role', () => {
  expect(Object.keys(recording).sort()).toEqual(roles.map(({ logicalId }) => logicalId).toSorted());
});

describe.each(roles)('$logicalId', ({ logicalId, statements }) => {
  const calls = recording[logicalId] ?? [];
  const decide = (own: readonly Statement[]) =>
    own.length > 0 ? createDecider([{ document: createPolicy(own) }]) : () => false;

  it('allows every request of its function', () => {
    const isAllowed = decide(statements);
    expect(calls.filter((call) => !isAllowed(call))).toEqual([]);
  });

  it('contains nothing superfluous', () => {
    const superfluous = statements.flatMap((statement) =>
      statement.Action.flatMap((action) =>
        statement.Resource.flatMap((resource) => {
          const reduced = statements.flatMap((other) =>
            other === statement ? splitWithout(other, action, resource) : [other],
          );
          const isAllowed = decide(reduced);
          return calls.every((call) => isAllowed(call)) ? [`${action} ${resource}`] : [];
        }),
      ),
    );
    expect(
      superfluous.filter((text) => !notRecorded.some((action) => text.startsWith(action))),
    ).toEqual([]);
  });
});

/** Returns a statement without one action on one resource. */
function splitWithout(statement: Statement, action: string, resource: string): Statement[] {
  const parts = [
    { ...statement, Action: statement.Action.filter((other) => other !== action) },
    {
      ...statement,
      Action: [action],
      Resource: statement.Resource.filter((other) => other !== resource),
    },
  ];
  return parts.filter(({ Action, Resource }) => Action.length > 0 && Resource.length > 0);
}

/** Runs orders of every sample, and all that starts or ends functions otherwise. Returns the calls by the logical id of the role. */
async function recordFunctions(): Promise<Recording> {
  const project = await startProject();
  onTestFinished(() => project.close());
  // The wait has to be long enough for a cancellation during it.
  await project.asRoot('deploy', '--yes', '--parameter', 'WarehouseWaitSeconds=6000');
  const { submit, set, removeItem, sendDeadLetter, readArn } = await project.tools();
  await submit('low', 'stopped-0', 'awaiting-warehouse');
  await project.asRoot('cancel', 'stopped-0', '--force');
  const ids = Object.keys(samples).map((sample) => `all-${sample}`);
  for (const sample of Object.keys(samples)) await submit(sample, `all-${sample}`);
  await submit('fraud-review', 'stopped-1', 'awaiting-review');
  await project.asRoot('cancel', 'stopped-1', '--force');
  await submit('fraud-review', 'stopped-2', 'awaiting-review');
  await project.asRoot('pause', 'stopped-2');
  await project.asRoot('resume', 'stopped-2');
  await project.asRoot('cancel', 'stopped-2');
  await project.asRoot('review', 'approve', 'all-fraud-review');
  await project.asRoot('submit', '--sample', 'low', '--via', 'api');
  await project.asRoot('doctor');
  await project.asRoot('watch', ...ids, '--timeout', '30s');
  await submit('damaged', 'paid-1', 'failed');
  await set('Payments', { idempotencyKey: paymentKey('paid-1') }, ['state', 'charged']);
  await project.asRoot('repair', 'paid-1', '--yes');
  await submit('low', 'points-1', 'completed');
  await set('Loyalty', { ...loyaltyOrderKey('CUST-001', 'points-1') }, ['points', 1]);
  await project.asRoot('repair', 'points-1', '--yes');
  await submit('high', 'points-2', 'completed');
  await removeItem('Loyalty', { ...loyaltyOrderKey('CUST-002', 'points-2') });
  await project.asRoot('repair', 'points-2', '--yes');
  const arn = await readArn('stopped-1');
  const detail = { durableExecutionName: 'stopped-1', durableExecutionArn: arn, status: 'STOPPED' };
  await set('Orders', { orderId: 'stopped-1' }, ['status', 'awaiting-review']);
  await sendDeadLetter(
    JSON.stringify({ 'detail-type': 'Durable Execution Status Change', detail }),
  );
  await project.asRoot('dead-letters', 'redrive', 'stopped-1', '--yes');
  await project.asRoot('watch', 'stopped-1', '--timeout', '10s');
  const calls = new Map<string, RecordedCall[]>();
  for (const { principal, permission } of decisions) {
    if (principal.kind !== 'session') continue;
    // The roles of the template have no conditions.
    const { action, resource } = permission;
    const id = principal.role.replace(/^orders-(.*)-\w+$/, '$1');
    calls.set(id, [...(calls.get(id) ?? []), normalizeCall({ action, resource })]);
  }
  return Object.fromEntries([...calls].map(([id, own]) => [id, distinctCalls(own)]));
}

it.runIf(full)(
  'records the same calls again',
  async () => {
    const found = await recordFunctions();
    if (process.env['RECORD']) writeFileSync(file, formatRecording(found));
    for (const [id, calls] of Object.entries(found)) {
      const known = new Set(recording[id]?.map(formatCall));
      expect([id, calls.filter((call) => !known.has(formatCall(call)))]).toEqual([id, []]);
    }
  },
  600_000,
);
