import type { Clients } from '../aws/clients.ts';
import type { Environment } from './choose-environment.ts';

/** Everything a service needs to know about where it works. */
export interface Target {
  readonly environment: Environment;
  readonly root: string;
  readonly clients: Clients;
  readonly endpoint?: string;
  /** How much faster than wall time waits pass; 1 on AWS. */
  readonly timeScale: number;
  /** How often to look at something that changes, ms. */
  readonly pollMs: number;
  /** Whether a missing stack is created without being asked. */
  readonly deploysItself: boolean;
  /** For people: `local (time ×60)`. */
  readonly label: string;
  /** What a command takes to work here too: `-e dev`, or nothing for the default. */
  readonly envFlag: string;
  /** What the person should know about how the target was chosen. */
  readonly warnings: readonly string[];
}

export interface LocalRuntime {
  readonly url: string;
  readonly timeScale: number;
  /** The access key that only this runtime takes; absent where any will do. */
  readonly accessKey?: string;
  /** Where it is now, which may be at another port after a restart; absent where it does not move. */
  readonly locate?: () => string;
}
