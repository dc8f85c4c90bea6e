/** Re-exports oclif's runner, so that the bundle keeps the name and loads it only after the compile cache is enabled. */
export { run } from '@oclif/core';
