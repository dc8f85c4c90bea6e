import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doctorSchema } from '../../src/cli/schemas/doctor.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(() => {
  project = aProject();
});
afterAll(() => project.close());

const examine = async (...argv: string[]) => {
  const { code, stdout } = await project.orders('doctor', ...argv, '--json');
  const findings = v.parse(doctorSchema, JSON.parse(stdout).data);
  const states = Object.fromEntries(findings.map(({ about, state }) => [about, state]));
  return { code, findings, states };
};

it('finds what is missing, with the command that makes it', async () => {
  const { code, findings } = await examine();
  expect(code).toBe(30);
  expect(findings.at(-1)).toEqual({
    about: 'stack',
    state: 'error',
    message: 'there is no lambda-durable-order-processing',
    fix: 'orders deploy',
  });
});

it('finds nothing to do where all is there, one line each', async () => {
  await project.ask('deploy');
  const { code, states } = await examine();
  expect(code).toBe(0);
  expect(states).toEqual({
    node: 'ok',
    build: 'ok',
    store: 'ok',
    credentials: 'ok',
    clock: 'ok',
    stack: 'ok',
    answers: 'ok',
    orders: 'ok',
    logs: 'ok',
    versions: 'ok',
  });
  const { stdout } = await project.orders('doctor');
  expect(stdout.split('\n')).toHaveLength(11);
  expect(stdout).toContain('✓ versions     1 is live, 2 are published');
});

it('warns of faults that are injected, which is no error', async () => {
  await project.orders('local', 'start', '--inject', 'sqs:throttle=100%');
  const { code, findings } = await examine();
  expect(code).toBe(0);
  expect(findings.find(({ about }) => about === 'store')).toEqual({
    about: 'store',
    state: 'warning',
    message: 'faults are injected: sqs:throttle=100%',
    fix: 'orders local start --inject none',
  });
});

it('names the sign-in where there are no credentials', async () => {
  const environments = { dev: { region: 'eu-west-1', stack: 'orders-dev', profile: 'nobody' } };
  writeFileSync(join(project.root, 'orders.config.json'), JSON.stringify({ environments }));
  const { code, findings } = await examine('-e', 'dev');
  expect(code).toBe(30);
  expect(findings.find(({ about }) => about === 'credentials')).toMatchObject({
    state: 'error',
    fix: 'aws sso login --profile nobody',
  });
});
