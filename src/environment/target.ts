import type { Clients } from '../aws/clients.ts';
import type { Environment } from './choose-environment.ts';

/** A resolved environment with its clients. */
export interface Target {
  readonly environment: Environment;
  readonly root: string;
  readonly clients: Clients;
  readonly endpoint?: string;
  /** Speed-up of waits compared with wall time; 1 on AWS. */
  readonly timeScale: number;
  /** Polling interval (ms). */
  readonly pollMs: number;
  /** Whether commands deploy a missing stack automatically, without confirmation. */
  readonly autoDeploys: boolean;
  /** Name for messages: `local (time ×60)`. */
  readonly label: string;
  /** Flag that selects this environment in another command: `-e dev`; empty for `local`. */
  readonly envFlag: string;
  /** Latest time of a record (epoch ms), if this machine's clock was set back behind it. */
  readonly latestRecordAt?: number | undefined;
  /** Warnings about how the environment was resolved. */
  readonly warnings: readonly string[];
}

export interface LocalRuntime {
  readonly url: string;
  readonly timeScale: number;
  /** Latest time that the runtime recorded (epoch ms), if the machine's clock was set back behind it. */
  readonly latestRecordAt?: number | undefined;
  /** Returns the current URL: the port may change at a restart. Absent if the URL never changes. */
  readonly locate?: () => string;
}
