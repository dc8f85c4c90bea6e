import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readTemplate, readTemplateInBackground } from '../../src/deploy/template-file.ts';
import { repository } from '../support/project-files.ts';

const projectTemplate = join(repository, 'template.yaml');

function write(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'orders-')), 'template.yaml');
  writeFileSync(file, text);
  return file;
}

it('reads the same document in the background, with pauses for other work', async () => {
  // Each copy is parsed, because its path is new.
  const copy = () => write(readFileSync(projectTemplate, 'utf8'));
  let template: Awaited<ReturnType<typeof readTemplateInBackground>> | undefined;
  const reading = readTemplateInBackground(copy()).then((result) => {
    template = result;
  });
  let pauses = 0;
  for (; !template; pauses += 1) await setImmediate();
  await reading;
  const expected = readTemplate(copy());
  expect(template.document.toString()).toBe(expected.document.toString());
  const line = (file: typeof expected) => file.findLine(['Resources', 'OrdersTable']);
  expect(line(template)).toBe(line(expected));
  expect(pauses).toBeGreaterThan(4);
});

it.each([
  ['in the foreground', async (file: string) => readTemplate(file)],
  ['in the background', readTemplateInBackground],
])('parses a file %s again only if it has changed', async (_, read) => {
  const file = write('Resources: {}\n');
  const first = await read(file);
  expect(await read(file)).toBe(first);
  expect(readTemplate(file)).toBe(first);
  writeFileSync(file, 'Resources: {A: {}}\n');
  expect((await read(file)).document.getIn(['Resources', 'A'])).toBeDefined();
  expect((await read(write('Resources: {}\n'))).path).not.toBe(file);
});

it('reports the same errors in the background', async () => {
  for (const text of ['Resources: {\n', 'Parameters: {}\n', '', 'a: b: c\n']) {
    const file = write(text);
    const error = await readTemplateInBackground(file).catch((reason: unknown) => reason);
    expect(() => readTemplate(file)).toThrow(error as Error);
  }
});
