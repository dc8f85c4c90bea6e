/** oclif behind one module of ours, so that a bundler can load it lazily with its names. */
export { run } from '@oclif/core';
