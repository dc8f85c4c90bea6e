import { Flags } from '@oclif/core';

/** Declares `--role-arn` for commands in which CloudFormation changes the stack. */
export const roleArnFlag = Flags.custom<string>({
  description: 'service role for CloudFormation',
  helpValue: '<arn>',
});

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
  'role-arn': roleArnFlag(),
  bucket: Flags.string({
    description: "bucket for archives (default: the stack's own)",
    helpValue: '<name>',
  }),
};
