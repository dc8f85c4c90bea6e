import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { listPauseRisks } from '../../src/deploy/durable-sdk.ts';
import { packageStack } from '../../src/deploy/package.ts';
import { readTemplate } from '../../src/deploy/template-file.ts';
import { type Answer, fakeAws, fakeTarget } from '../aws/fake-aws.ts';

const root = () => mkdtempSync(join(tmpdir(), 'orders-'));
const sdk = '@aws/durable-execution-sdk-js';

/** Packs a template with one function, and returns the properties of the function. */
async function packFunction(properties: object, bundle?: object) {
  const directory = root();
  mkdirSync(join(directory, 'code'));
  writeFileSync(join(directory, 'code/index.mjs'), 'export {}');
  if (bundle) writeFileSync(join(directory, 'code/bundle.json'), JSON.stringify(bundle));
  const Type = 'AWS::Serverless::Function';
  const resources = { F: { Type, Properties: { CodeUri: 'code', ...properties } } };
  const file = join(directory, 'template.yaml');
  writeFileSync(file, JSON.stringify({ Resources: resources }));
  const { template } = await packageStack(readTemplate(file), 'bucket');
  const { CodeUri, ...rest } = parse(template).Resources.F.Properties;
  expect(CodeUri).toMatch(/^s3:/);
  return rest;
}

const bundle = { packages: { [sdk]: '2.9.1' } };

it.each([
  ['without variables', {}, { DURABLE_SDK_VERSION: '2.9.1' }],
  [
    'with variables',
    { Environment: { Variables: { A: '1' } } },
    { A: '1', DURABLE_SDK_VERSION: '2.9.1' },
  ],
])('records the SDK of a bundle in a function %s', async (_, properties, Variables) => {
  expect(await packFunction(properties, bundle)).toEqual({ Environment: { Variables } });
});

it('leaves other functions unchanged', async () => {
  const environment = { Environment: { 'Fn::If': ['A', { Variables: {} }, { Variables: {} }] } };
  expect(await packFunction(environment, bundle)).toEqual(environment);
  for (const other of [undefined, {}, { packages: [] }, { packages: { [sdk]: 2 } }]) {
    expect(await packFunction({}, other)).toEqual({});
  }
});

/** Returns the warnings for executions on these versions of a function, which recorded these SDKs. */
async function listRisks(versions: readonly string[], answer: Answer, autoDeploys = false) {
  using aws = await fakeAws(() => answer);
  const target = fakeTarget(aws.url, root(), { autoDeploys });
  const arns = versions.map(
    (version, index) =>
      `arn:aws:lambda:us-east-2:000000000000:function:f:${version}/durable-execution/o-${index}/1`,
  );
  const risks = await listPauseRisks({ target, outputs: {} }, arns);
  return { risks, calls: aws.calls.map(({ name }) => name) };
}

const published = (sdks: Readonly<Record<string, string | undefined>>): Answer => ({
  body: JSON.stringify({
    Versions: Object.entries(sdks).map(([Version, DURABLE_SDK_VERSION]) => ({
      Version,
      Environment: { Variables: { OTHER: '1', DURABLE_SDK_VERSION } },
    })),
  }),
});

it('warns about each version whose SDK AWS cannot pause, with one request', async () => {
  const sdks = { 1: '2.4.0', 2: '2.4.1', 3: '3.0.0-beta.1', 4: '1.9.9', 5: undefined, 6: '2.0.0' };
  const { risks, calls } = await listRisks(['1', '1', '2', '3', '4', '5'], published(sdks));
  expect(calls).toEqual(['GET /2015-03-31/functions/f/versions']);
  const end = 'an order that is paused while a step runs may fail';
  expect(risks).toEqual([
    `version 1 of the workflow contains ${sdk} 2.4.0, which cannot be paused safely on AWS: ${end}`,
    `version 4 of the workflow contains ${sdk} 1.9.9, which cannot be paused safely on AWS: ${end}`,
    `version 5 of the workflow does not record its ${sdk}; up to 2.4.0, ${end} on AWS`,
  ]);
});

it('warns that the SDK is unknown if the versions may not be listed', async () => {
  const headers = { 'x-amzn-errortype': 'AccessDeniedException' };
  const { risks } = await listRisks(['7'], { status: 403, headers, body: '{}' });
  expect(risks).toEqual([expect.stringContaining('version 7 of the workflow does not record')]);
});

it('sends no request for the local runtime, which can pause all versions', async () => {
  expect(await listRisks(['1'], published({ 1: '2.4.0' }), true)).toEqual({ risks: [], calls: [] });
});
