import type { Target } from '../../environment/target.ts';
import { dim } from '../terminal/terminal.ts';

/** Prints the environment and the stack that a command is about to change. */
export function announceTarget(target: Target, { json }: { readonly json: boolean }): void {
  if (!json) process.stderr.write(`${dim(`→ ${target.label} · ${target.environment.stack}`)}\n`);
}
