/** Finds the stored reports of load tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../../user-error.ts';
import { type ComparableReport, parseStoredReport } from './comparable-report.ts';

export interface StoredRun {
  /** Name of the report without its extension. */
  readonly id: string;
  readonly report: ComparableReport;
}

/** Folder of the reports of a project. */
export const runsFolder = (root: string) => join(root, '.orders', 'runs');

/**
 * Reads the report of a reference: the path of a JSON file, a run id or the beginning of one, `latest`, or `@-2` (the second newest).
 * Throws a UserError if there is none (exit 5), if several begin with it, or if the file is not a report (exit 2).
 */
export function readRun(root: string, reference: string): StoredRun {
  const isPath = /[/\\]|\.(json|ndjson|jsonl)$/.test(reference);
  const path = isPath ? reference : join(runsFolder(root), `${findRunId(root, reference)}.json`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError(`"${reference}" cannot be read.`, { exit: 5, code: 'NotFound', cause });
  }
  const name = basename(path);
  return { id: name.replace(/\.\w+$/, ''), report: parseStoredReport(text, name) };
}

function findRunId(root: string, reference: string): string {
  const ids = listRunIds(root);
  const back = reference === 'latest' ? 1 : Number(/^@-(\d+)$/.exec(reference)?.[1]);
  const found = back > 0 ? [ids.at(-back)] : ids.filter((id) => id.startsWith(reference));
  const [id, ...others] = found.includes(reference) ? [reference] : found;
  if (id === undefined) {
    throw new UserError(`No stored load test is "${reference}"; ${ids.length} are stored.`, {
      hint: ['run one: orders load-test', 'or name the file of a report'],
      exit: 5,
      code: 'NotFound',
    });
  }
  if (others.length === 0) return id;
  throw new UserError(`"${reference}" is the beginning of ${others.length + 1} load tests.`, {
    hint: found.slice(0, 5).map(String),
    code: 'Ambiguous',
  });
}

/** Returns the ids of the stored runs, oldest first: an id begins with the time of the start. */
function listRunIds(root: string): string[] {
  try {
    return readdirSync(runsFolder(root))
      .flatMap((name) => /^(\d{4}-.*)\.json$/.exec(name)?.[1] ?? [])
      .toSorted();
  } catch {
    return [];
  }
}
