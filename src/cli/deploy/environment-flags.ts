import { Flags } from '@oclif/core';

/** Flags of the commands that write an environment to the configuration. */
export const environmentFlags = {
  endpoint: Flags.string({ description: 'AWS-compatible endpoint', helpValue: '<url>' }),
  protected: Flags.boolean({
    description: "require the environment's name for every change",
    allowNo: true,
  }),
};
