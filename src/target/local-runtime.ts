import type { LaunchSettings } from '../local/launch.ts';
import type { RuntimeState } from '../local/state-file.ts';
import { UserError } from '../user-error.ts';

/** The local runtime of a project, started when there is none; throws a UserError with what it says when it does not come up. */
export async function launchRuntime(
  root: string,
  settings: LaunchSettings = {},
): Promise<RuntimeState & { started: boolean }> {
  const { ensureRuntime } = await import('../local/launch.ts');
  try {
    return await ensureRuntime(root, settings);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The local runtime does not start: ${why}`, {
      hint: ['orders local status --check', 'orders local start --foreground'],
      exit: 3,
      code: 'RuntimeFailed',
      cause,
    });
  }
}
