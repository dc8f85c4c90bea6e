import { Flags } from '@oclif/core';

/** What is deployed, with which parameters, through which bucket. */
export const deployFlags = {
  template: Flags.string({
    description: "deploy this SAM template instead of the project's own",
    helpValue: 'FILE',
  }),
  endpoint: Flags.string({ description: 'AWS-compatible endpoint of a new environment' }),
  parameter: Flags.string({
    aliases: ['param'],
    description: 'value of a template parameter; others keep theirs',
    helpValue: 'NAME=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  bucket: Flags.string({ description: 'bucket for archives, instead of one made for the stack' }),
};
