import { OutageCommand } from '../../src/cli/orders/outage-command.ts';
import { startOutage } from '../../src/orders/actions/outages.ts';

export default class OutageStart extends OutageCommand {
  static override summary = 'Simulate an outage of a provider.';
  static override description =
    'From the next second on, each call of the simulated provider fails as if it were not available, until you end the outage. Orders wait and try again, with growing delays, for ProviderPatienceSeconds. Undo steps still succeed. Real providers are not affected.';
  static override examples = ['<%= config.bin %> outage start payments'];

  protected override readonly action = 'start';
  protected override readonly change = startOutage;
}
