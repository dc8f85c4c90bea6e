import { fstatSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

/**
 * Returns the stream from which keys can be read: stdin, or the terminal itself if stdin is a pipe, for example for order
 * ids. Returns undefined without a terminal.
 */
export function openKeyboard(): ReadStream | undefined {
  if (process.stdin.isTTY) return process.stdin as ReadStream;
  try {
    return fstatSync(0).isFIFO() ? new ReadStream(openSync('/dev/tty', 'r')) : undefined;
  } catch {
    return undefined;
  }
}
