import { Flags } from '@oclif/core';

/** Flags of the commands that deploy or compare a template. */
export const deployFlags = {
  template: Flags.string({
    description: "SAM template, instead of the project's own",
    helpValue: '<file>',
  }),
  endpoint: Flags.string({
    description: 'AWS-compatible endpoint of a new environment',
    helpValue: '<url>',
  }),
  parameter: Flags.string({
    aliases: ['param'],
    description: 'value of a template parameter',
    helpValue: 'NAME=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  bucket: Flags.string({
    description: "bucket for archives (default: the stack's own)",
    helpValue: '<name>',
  }),
};
