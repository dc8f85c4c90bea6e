/** Undoes what the bench has created outside of its process: also after a failure, and when it is interrupted. */
import { constants } from 'node:os';

const actions: (() => void)[] = [];

/** Registers an action for the end of the bench. The last action runs first. Actions are synchronous, so that a signal can run them. */
export function atEnd(action: () => void): void {
  actions.push(action);
}

/** Runs all actions, each only once. A failing action does not prevent the others. */
export function cleanUp(): void {
  for (let action = actions.pop(); action; action = actions.pop()) {
    try {
      action();
    } catch (error) {
      console.error(error);
    }
  }
}

/** Cleans up before the process ends because of a signal, for example of Ctrl-C. */
export function cleanUpOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      cleanUp();
      process.exit(128 + constants.signals[signal]);
    });
  }
}
