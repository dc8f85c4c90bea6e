/** The permissions that errors in a history say are missing. */
import type { HistoryEvent } from './history-event.ts';

/** A statement that allows a function what AWS has denied. */
export interface MissingPermission {
  readonly action: string;
  readonly resource: string;
  /** True if a policy denies the action explicitly: a further statement that allows it has no effect. */
  readonly explicit: boolean;
}

const denialPattern =
  /is not authorized to perform: ([\w-]+:\w+)(?: on resource: "?([^\s"]+)"?)?(.*)/;

/** Returns the permissions that were denied in an execution, each once, in their order. */
export function findMissingPermissions(events: readonly HistoryEvent[]): MissingPermission[] {
  const found = new Map<string, MissingPermission>();
  for (const { error } of events) {
    const missing = error && parseDenial(error.message);
    if (missing) found.set(`${missing.action} ${missing.resource}`, missing);
  }
  return [...found.values()];
}

/** Parses AWS's text of a denial; undefined for any other text. */
function parseDenial(message: string): MissingPermission | undefined {
  const [, action, resource = '*', rest = ''] = denialPattern.exec(message) ?? [];
  if (action === undefined) return undefined;
  return { action, resource, explicit: rest.includes('explicit deny') };
}

/** Returns what to change in the policies of the function's role. */
export function formatMissingPermission({ action, resource, explicit }: MissingPermission): string {
  if (explicit) return `remove the statement that denies ${action} on ${resource}`;
  const statement = { Effect: 'Allow', Action: action, Resource: resource };
  return `add to the role of the function: ${JSON.stringify(statement)}`;
}
