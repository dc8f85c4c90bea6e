import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { memoryFlags } from '../../../src/local/lambda/handler-process.ts';

it('starts handlers with flags that keep the compiled code of the modules of Node', () => {
  const listCompiled = (flags: readonly string[]): string[] => {
    const script = `
      const { getCacheUsage } = require('internal/test/binding').internalBinding('builtins');
      require('node:https');
      console.log(JSON.stringify([...getCacheUsage().compiledWithoutCache]));`;
    const argv = ['--expose-internals', ...flags, '--eval', script];
    return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8', stdio: 'pipe' }));
  };
  expect(listCompiled(memoryFlags)).toEqual([]);
  // Flags that change how V8 compiles make it compile them again.
  expect(listCompiled(['--single-threaded'])).toContain('https');
});
