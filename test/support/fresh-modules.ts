import { afterAll, vi } from 'vitest';

// The modules of the functions read environment variables when they are loaded. Packages stay loaded: they cost most of the time.
vi.resetModules();

const variables = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
});
