import type { LaunchSettings } from '../local/launch.ts';
import type { RuntimeState } from '../local/state-file.ts';
import { UserError } from '../user-error.ts';
import { localName } from './choose-environment.ts';
import { forgetStack } from './stack-outputs.ts';
import type { LocalRuntime } from './target.ts';

/** Where the local runtime of a project is, or would be; starts none. */
export async function whereRuntimeIs(root: string): Promise<LocalRuntime> {
  const { accessKeyOf, readLeftState, stateDirectory } = await import('../local/state-file.ts');
  const { defaultPort, defaultTimeScale } = await import('../local/launch.ts');
  const { url = `http://127.0.0.1:${defaultPort}`, timeScale = defaultTimeScale } =
    readLeftState(root) ?? {};
  return { url, timeScale, accessKey: accessKeyOf(stateDirectory(root)) };
}

/** Stops the local runtime of a project, and deletes what it keeps and what is known of its stack. */
export async function resetLocalRuntime(root: string): Promise<void> {
  const { resetRuntime } = await import('../local/launch.ts');
  await resetRuntime(root);
  forgetStack({ root, environment: { name: localName } });
}

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
