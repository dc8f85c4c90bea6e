import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  ListAliasesCommand,
  ListDurableExecutionsByFunctionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../support/random.ts';
import { startLambda } from './fixture.ts';

const FunctionName = 'flow';
const Name = 'live';
const durable = { durable: 900 };
let lambda: Awaited<ReturnType<typeof startLambda>>;

const code = (text: string) =>
  `export const handler = async () => ({ Status: 'SUCCEEDED', Result: '"${text}"' });`;

beforeAll(async () => {
  const random = createRandom(7);
  lambda = await startLambda({ random: () => random.next() });
  for (const text of ['one', 'two', 'three'])
    lambda.put(FunctionName, { code: code(text), ...durable });
  await lambda.client.send(
    new CreateAliasCommand({
      FunctionName,
      Name,
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.25 } },
    }),
  );
});
afterAll(() => lambda.close());

const start = async (name: string, type: 'Event' | 'DryRun' = 'Event') =>
  lambda.client.send(
    new InvokeCommand({
      FunctionName,
      Qualifier: Name,
      InvocationType: type,
      ...(type === 'Event' ? { DurableExecutionName: name } : {}),
      Payload: '{}',
    }),
  );

const update = (changes: Partial<UpdateAliasCommand['input']>) =>
  lambda.client.send(new UpdateAliasCommand({ FunctionName, Name, ...changes }));

it('returns the weights of an alias, and keeps them if only its description changes', async () => {
  const weights = { AdditionalVersionWeights: { 2: 0.25 } };
  await update({ Description: 'a canary' });
  const alias = await lambda.client.send(new GetAliasCommand({ FunctionName, Name }));
  expect(alias).toMatchObject({
    FunctionVersion: '1',
    RoutingConfig: weights,
    Description: 'a canary',
  });
  const { Aliases } = await lambda.client.send(new ListAliasesCommand({ FunctionName }));
  expect(Aliases).toMatchObject([{ Name, RoutingConfig: weights }]);
});

it('gives the additional version its share of new executions, each named by its response', async () => {
  const versions: (string | undefined)[] = [];
  for (let i = 0; i < 100; i++) versions.push((await start('', 'DryRun')).ExecutedVersion);
  expect(new Set(versions)).toEqual(new Set(['1', '2']));
  const share = versions.filter((version) => version === '2').length;
  expect([share > 12, share < 40]).toEqual([true, true]);
});

it('returns the existing execution for a repeated name, on whichever version it started', async () => {
  await update({ RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } });
  const arns = new Map<string, string>();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    arns.set(name, (await start(name)).DurableExecutionArn ?? '');
  }
  const versions = [...arns.values()].map((arn) => /:flow:(\d)\//.exec(arn)?.[1]);
  expect(new Set(versions)).toEqual(new Set(['1', '2']));
  for (let repetition = 0; repetition < 3; repetition++) {
    for (const [name, arn] of arns) expect((await start(name)).DurableExecutionArn).toBe(arn);
  }
});

// API_ListDurableExecutionsByFunction: the qualifier is a version or an alias
it('lists the executions of both versions of an alias, or of one version', async () => {
  const list = async (FunctionName: string, Qualifier?: string) => {
    const { DurableExecutions = [] } = await lambda.client.send(
      new ListDurableExecutionsByFunctionCommand({ FunctionName, Qualifier }),
    );
    return DurableExecutions.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1));
  };
  const all = await list(FunctionName);
  expect(new Set(all)).toEqual(new Set(['1', '2']));
  expect(await list(FunctionName, Name)).toEqual(all);
  expect(await list(`${FunctionName}:${Name}`)).toEqual(all);
  expect(new Set(await list(FunctionName, '2'))).toEqual(new Set(['2']));
  expect(await list(FunctionName, '3')).toEqual([]);
});

it('does not delete a version that gets a share of the invocations', async () => {
  const deletion = lambda.client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }));
  await expect(deletion).rejects.toThrow(/following aliases reference it: \[live\]/);
});

it.each([
  [{ 2: 0.1, 3: 0.1 }, 'Number of items in AdditionalVersionWeights cannot be greater than 1'],
  [{ 2: 1 }, /Value '\{2=1\}'.* value less than or equal to 1\.0/],
  [{ 2: -0.1 }, /Member must have value greater than or equal to 0\.0/],
  [{ $LATEST: 0.1 }, /Map keys must satisfy constraint: .*\[0-9\]\+/],
  [{ 1: 0.1 }, 'Function version 1 is already included in routing configuration.'],
  [{ 9: 0.1 }, 'Function not found'],
])('rejects the weights %j', async (AdditionalVersionWeights, message) => {
  await expect(update({ RoutingConfig: { AdditionalVersionWeights } })).rejects.toThrow(message);
});

it('rejects weights on $LATEST, and versions with different roles, dead-letter queues or kinds', async () => {
  const routing = (version: string) => ({
    RoutingConfig: { AdditionalVersionWeights: { [version]: 0.1 } },
  });
  await expect(update({ FunctionVersion: '$LATEST', ...routing('2') })).rejects.toThrow(
    '$LATEST is not supported for an alias pointing to more than 1 version',
  );
  const deadLetterArn = 'arn:aws:sqs:us-east-2:000000000000:dead';
  lambda.put(FunctionName, { code: code('four'), ...durable, deadLetterArn });
  await expect(update(routing('4'))).rejects.toThrow('must have the same dead-letter queue');
  lambda.put(FunctionName, { code: code('five') });
  await expect(update(routing('5'))).rejects.toThrow('must have the same kind (durable or not)');
});

it('routes everything to the main version again after the weights are removed', async () => {
  await update({ FunctionVersion: '2', RoutingConfig: { AdditionalVersionWeights: {} } });
  const alias = await lambda.client.send(new GetAliasCommand({ FunctionName, Name }));
  expect(alias.RoutingConfig).toBeUndefined();
  for (let i = 0; i < 20; i++) expect((await start('', 'DryRun')).ExecutedVersion).toBe('2');
});
