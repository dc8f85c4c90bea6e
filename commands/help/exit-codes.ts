import { TopicCommand } from '../../src/cli/command/help-topics.ts';

export default class ExitCodes extends TopicCommand {
  static override summary = 'Explain the exit codes.';
  static override examples = ['<%= config.bin %> help exit-codes'];
  protected readonly topic = 'exit-codes';
}
