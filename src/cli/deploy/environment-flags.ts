import { Flags } from '@oclif/core';
import { roleArnFlag } from './deploy-flags.ts';

/** Flags of the commands that write an environment to the configuration. */
export const environmentFlags = {
  endpoint: Flags.string({ description: 'AWS-compatible endpoint', helpValue: '<url>' }),
  'role-arn': roleArnFlag(),
  replay: Flags.string({
    description: 'orders that each deployment replays first ("": none)',
    helpValue: '<duration>',
  }),
  protected: Flags.boolean({
    description: "require the environment's name for every change",
    allowNo: true,
  }),
};
