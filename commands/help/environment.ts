import { TopicCommand } from '../../src/cli/command/help-topics.ts';

export default class Environment extends TopicCommand {
  static override summary = 'Explain environments and their configuration.';
  static override examples = ['<%= config.bin %> help environment'];
  protected readonly topic = 'environment';
}
