import type { Target } from '../../environment/target.ts';
import { dim } from '../terminal/terminal.ts';

/** Says where something is about to be changed, before it is. */
export function nameTarget(target: Target, { json }: { readonly json: boolean }): void {
  if (!json) process.stderr.write(`${dim(`→ ${target.label} · ${target.environment.stack}`)}\n`);
}
