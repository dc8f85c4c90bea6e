import { TopicCommand } from '../../src/cli/command/help-topics.ts';
import { listSchemaFiles } from '../../src/cli/command/schema-files.ts';

export default class Json extends TopicCommand {
  static override summary = 'Explain the JSON output and its schemas.';
  static override examples = ['<%= config.bin %> help json'];
  protected readonly topic = 'json';

  override async run(): Promise<void> {
    await super.run();
    for (const file of listSchemaFiles()) process.stdout.write(`  ${file}\n`);
  }
}
