import type { RequestLogger } from '../../aws/clients.ts';
import { isObject } from '../../environment/project.ts';

/**
 * Prints the AWS requests of `--verbose` to stderr: service, operation, status, attempts and request id. Inputs and outputs are left
 * out, because they contain personal data.
 */
export const requestLogger: RequestLogger = {
  debug: () => {},
  info: (entry: unknown) => print(entry),
  warn: (entry: unknown) => print(entry),
  error: (entry: unknown) => print(entry),
};

function print(entry: unknown): void {
  const line = formatRequest(entry, new Date());
  if (line !== undefined) process.stderr.write(`${line}\n`);
}

/** Returns a log entry of an SDK client as one line; undefined for an entry that is not about a request. */
export function formatRequest(entry: unknown, at: Date): string | undefined {
  if (!isObject(entry) || typeof entry['commandName'] !== 'string') return undefined;
  const { clientName, commandName, error, metadata } = entry;
  const facts = isObject(metadata) ? metadata : {};
  const attempts = Number(facts['attempts'] ?? 1);
  const service = String(clientName).replace(/Client$/, '');
  return [
    at.toISOString(),
    `${service}.${commandName.replace(/Command$/, '')}`,
    ...(isObject(error) ? [`error=${String(error['name'])}`] : []),
    ...(facts['httpStatusCode'] === undefined ? [] : [`status=${Number(facts['httpStatusCode'])}`]),
    ...(attempts > 1 ? [`attempts=${attempts}`] : []),
    ...(typeof facts['requestId'] === 'string' ? [`request=${facts['requestId']}`] : []),
  ].join(' ');
}
