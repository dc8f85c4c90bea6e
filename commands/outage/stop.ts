import { OutageCommand } from '../../src/cli/orders/outage-command.ts';
import { stopOutage } from '../../src/orders/actions/outages.ts';

export default class OutageStop extends OutageCommand {
  static override summary = 'End a simulated outage.';
  static override description =
    'Waiting orders continue with their next attempts, at the latest after ten minutes (virtual time on the local runtime).';
  static override examples = ['<%= config.bin %> outage stop payments'];

  protected override readonly action = 'stop';
  protected override readonly change = stopOutage;
}
