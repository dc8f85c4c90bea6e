import { TopicCommand } from '../../src/cli/command/help-topics.ts';
import { schemaFiles } from '../../src/cli/command/schema-files.ts';

export default class Json extends TopicCommand {
  static override summary = 'What programs read: documents, records and their schemas.';
  static override examples = ['<%= config.bin %> help json'];
  protected readonly topic = 'json';

  override async run(): Promise<void> {
    await super.run();
    for (const file of schemaFiles()) process.stdout.write(`  ${file}\n`);
  }
}
