import { TopicCommand } from '../../src/cli/command/help-topics.ts';

export default class Environment extends TopicCommand {
  static override summary = 'Environments, their configuration, and the variables that are read.';
  static override examples = ['<%= config.bin %> help environment'];
  protected readonly topic = 'environment';
}
