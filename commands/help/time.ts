import { TopicCommand } from '../../src/cli/command/help-topics.ts';

export default class Time extends TopicCommand {
  static override summary = 'Explain how local time differs from AWS.';
  static override examples = ['<%= config.bin %> help time'];
  protected readonly topic = 'time';
}
