import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy } from '../../src/deploy/deploy.ts';
import { examine } from '../../src/deploy/doctor/examine.ts';
import type { DeployEvent } from '../../src/deploy/events.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { makeProjectOfSmallFunctions } from '../support/project-files.ts';
import { type RewritingProxy, startRewritingProxy } from '../support/rewriting-proxy.ts';

let root: string;
let runtime: Runtime;
let proxy: RewritingProxy;

beforeAll(async () => {
  root = makeProjectOfSmallFunctions();
  runtime = await startRuntime({ directory: stateDirectory(root), port: 0, timeScale: 1000 });
  proxy = await startRewritingProxy(runtime.url);
});
afterAll(async () => {
  proxy.close();
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

const target = () => fakeTarget(proxy.url, root, { pollMs: 1 });

async function deployWith(parameters: Record<string, string>) {
  const events: DeployEvent[] = [];
  const deployment = deploy(target(), { parameters });
  let next = await deployment.next();
  for (; !next.done; next = await deployment.next()) events.push(next.value);
  return events;
}

async function examineApi() {
  const examination = examine(target(), ['api']);
  const { value } = await examination.next();
  return value;
}

it('compares the access to the API with ApiAuth after a deployment', async () => {
  const check = (access: string) =>
    expect.objectContaining({
      stage: 'check',
      detail: expect.stringContaining(`unsigned requests are ${access}`),
    });
  expect(await deployWith({ ApiAuth: 'NONE' })).toContainEqual(check('accepted (404)'));
  expect(await examineApi()).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('accepted (404)'),
  });
  expect(await deployWith({ ApiAuth: 'AWS_IAM' })).toContainEqual(check('rejected (403)'));
  expect(await examineApi()).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('rejected (403)'),
  });
});

it('reports an API whose stage serves an old deployment, with the command that deploys it', async () => {
  proxy.rewriteWith(({ name }) =>
    name === 'Action DescribeStacks'
      ? ({ body }) => ({
          body: body.replace(/(ApiAuth<\/ParameterKey><ParameterValue>)AWS_IAM/, '$1NONE'),
        })
      : undefined,
  );
  expect(await examineApi()).toMatchObject({
    state: 'error',
    message: expect.stringContaining('rejects unsigned requests (403), but ApiAuth is NONE'),
    fix: expect.stringMatching(
      /^aws apigateway create-deployment --rest-api-id \w{10} --stage-name prod$/,
    ),
  });
  proxy.rewriteWith(({ name }) => {
    if (name.includes('execute-api')) return { status: 404 };
    return name === 'Action DescribeStacks'
      ? ({ body }) => ({ body: body.replaceAll(runtime.url, proxy.url) })
      : undefined;
  });
  expect(await examineApi()).toMatchObject({
    state: 'error',
    message: expect.stringContaining('accepts unsigned requests (404), but ApiAuth is AWS_IAM'),
  });
});
