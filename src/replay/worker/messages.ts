/** Messages between the command and the process of a replay. */
import type { Recording } from '../recording.ts';
import type { Verdict } from '../verdict.ts';

/** The code that a process replays. */
export interface WorkerSettings {
  /** Folder of the code. */
  readonly root: string;
  /** The function's `Handler` setting, such as `index.handler`. */
  readonly handler: string;
  /** URL of the module with the plugin. */
  readonly pluginUrl: string;
  /** Folder of the code's source maps, if they are not beside the code. */
  readonly mapFolder?: string | undefined;
  /** Stops in the debugger at this operation; an empty text stands for the first. Absent without a debugger. */
  readonly stopAt?: string | undefined;
}

export interface ReplayRequest {
  readonly recording: Recording;
  /** Whether to replay the execution under other times as well. */
  readonly isThorough: boolean;
  /** Results of steps after the end of the history, by name (JSON texts). */
  readonly assumed?: Readonly<Record<string, string>> | undefined;
}

export interface ReplayResponse {
  readonly verdict: Verdict;
  /** Whether the code has not started the operation of `stopAt` so far. */
  readonly hasMissedStop: boolean;
}
