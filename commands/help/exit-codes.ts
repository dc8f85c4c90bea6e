import { Command } from '@oclif/core';
import { exitCodes } from '../../src/cli/exit-codes.ts';

export default class ExitCodes extends Command {
  static override summary = 'What every exit code means.';

  async run(): Promise<void> {
    await this.parse(ExitCodes);
    for (const [code, meaning] of Object.entries(exitCodes)) {
      process.stdout.write(`${code.padStart(3)}  ${meaning}\n`);
    }
  }
}
