/** oclif's runner behind one module of ours, so that the bundle keeps its name and loads it once the cache is on. */
export { run } from '@oclif/core';
