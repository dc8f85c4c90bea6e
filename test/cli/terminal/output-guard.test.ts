import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { formatRecord, okDocument } from '../../../src/cli/command/json-output.ts';
import {
  applyStyle,
  guardOutput,
  printableTexts,
  removeControls,
  trustedStream,
} from '../../../src/cli/terminal/output-guard.ts';
import { createFakeTerminal } from './fake-terminal.ts';

/** Returns a terminal with colors and a function that returns what was written to it. */
function createTerminal() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const terminal = Object.assign(stream, { isTTY: true, columns: 80, getColorDepth: () => 24 });
  return { stream: terminal as never as NodeJS.WriteStream, written: () => chunks.join('') };
}

/** Texts that control a terminal, and what remains of them. */
const hostile: readonly (readonly [text: string, rest: string])[] = [
  ['C\u001b[31mRED\u001b[0m', 'CRED'],
  ['a\u001b[2J\u001b[1;1Hb', 'ab'],
  ['a\u001b]0;title\u0007b', 'ab'],
  ['a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'alink'],
  ['a\u009b31mb', 'ab'],
  ['paid\rfail', 'paidfail'],
  ['a\u0008\u0007\u0000\u007f\u0085b', 'ab'],
  ['a\u202egpj.exe\u202c\u2066b\u2069', 'agpj.exeb'],
  ['a\u200e\u200f\u061cb\u2028c\u2029', 'abc'],
  ['a\u{e0041}\u{e007f}b', 'ab'],
];

it.each(hostile)('removes the control characters of %j', (text, rest) => {
  const { stream, written } = createTerminal();
  guardOutput(stream);
  stream.write(`${text}\n`);
  expect(written()).toBe(`${rest}\n`);
  expect(removeControls(text)).toBe(rest);
});

it('keeps letters of all scripts, joined emoji, tabs and line breaks', () => {
  const text = 'Zoë 注文 שלום 👩‍👩‍👧 e\u0301\ta\r\nb\n';
  expect(removeControls(text)).toBe(text);
});

it('keeps the styles of this program, and no others', () => {
  const { stream, written } = createTerminal();
  guardOutput(stream);
  const name = applyStyle('red', 'a\u001b[32mgreen', stream);
  stream.write(`${name} \u001b[4821;9031;32mfaked ${applyStyle(['bold', 'dim'], 'x', stream)}\n`);
  expect(written()).toBe(
    '\u001b[31magreen\u001b[39m faked \u001b[1m\u001b[2mx\u001b[22m\u001b[22m\n'.replace(
      '\u001b[22m\u001b[22m',
      '\u001b[22m\u001b[22m',
    ),
  );
});

it('replaces colors that are too bright or too dark, if the terminal has a palette of 256', () => {
  const { stream, written } = createTerminal();
  guardOutput(stream);
  stream.write(`${applyStyle('yellow', 'wait', stream)} ${applyStyle('red', 'fail', stream)}`);
  expect(written()).toBe('\u001b[38;5;136mwait\u001b[39m \u001b[31mfail\u001b[39m');
  const simple = createFakeTerminal(80, { colors: true });
  expect(applyStyle('yellow', 'wait', simple)).toBe('\u001b[33mwait\u001b[39m');
});

it('lets a live view control the terminal', () => {
  const { stream, written } = createTerminal();
  expect(trustedStream(stream)).toBe(stream);
  guardOutput(stream);
  const trusted = trustedStream(stream);
  trusted.write(`\u001b[2K${applyStyle('red', 'x', trusted)}`);
  expect(written()).toBe('\u001b[2K\u001b[31mx\u001b[39m');
  expect(trusted.columns).toBe(80);
  expect(trustedStream(stream)).toBe(trusted);
});

it('removes control characters from the texts of a live view', () => {
  const event = { orderId: 'a\u001b[31mb', list: [{ message: 'c\nd\u202e' }], total: 1 };
  expect(printableTexts(event)).toEqual({ orderId: 'ab', list: [{ message: 'c d' }], total: 1 });
});

it('escapes control characters in JSON and keeps the data', () => {
  const data = { texts: hostile.map(([text]) => text), name: 'Zoë 注文' };
  const document = okDocument({ data, warnings: [], meta: {} });
  expect(document).toBe(`${removeControls(document.trimEnd())}\n`);
  expect(JSON.parse(document).data).toEqual(data);
  expect(JSON.parse(formatRecord({ type: 'x', ...data }))).toMatchObject(data);
});
