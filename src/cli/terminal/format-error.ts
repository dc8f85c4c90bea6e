import { mark } from './terminal.ts';
import { wrapWords } from './wrap.ts';

/** Returns an error message with its sign, wrapped at spaces on a terminal. A message with line breaks stays unchanged. */
export function formatError(message: string, stream: NodeJS.WriteStream = process.stderr): string {
  const isWrapped = stream.isTTY && !message.includes('\n');
  const lines = isWrapped ? wrapWords(message, (stream.columns || 80) - 2) : [message];
  return `${mark('failed', stream)} ${lines.join('\n  ')}`;
}
