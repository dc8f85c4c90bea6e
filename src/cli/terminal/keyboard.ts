import { fstatSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

/**
 * Where a person's keys can be read: stdin, or the terminal itself where stdin is a pipe that ids came through. `undefined`
 * where nobody is at one.
 */
export function openKeyboard(): ReadStream | undefined {
  if (process.stdin.isTTY) return process.stdin as ReadStream;
  try {
    return fstatSync(0).isFIFO() ? new ReadStream(openSync('/dev/tty', 'r')) : undefined;
  } catch {
    return undefined;
  }
}
