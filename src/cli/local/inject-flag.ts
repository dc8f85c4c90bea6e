import { Flags } from '@oclif/core';
import { UserError } from '../../user-error.ts';

/** A flag whose value is a list of faults for the local runtime, or `none`. */
export const injectFlag = Flags.custom<string>({
  async parse(text) {
    const { parseFaults } = await import('../../local/fault-injection/injection.ts');
    try {
      if (text !== 'none') parseFaults([text]);
    } catch (error) {
      throw new UserError((error as Error).message, {
        hint: 'orders local start --help',
        code: 'BadFault',
      });
    }
    return text;
  },
  helpValue: '<faults>',
});
