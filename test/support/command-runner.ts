/** Program of a command process: runs the commands of the CLI that its parent sends, one after another. */
import { Console } from 'node:console';
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CommandRequest } from './command-process.ts';

const entry = new URL('../../dist/main.js', import.meta.url);
const openSockets = new Set<Socket>();
let count = 0;

subscribe('net.client.socket', (message) => {
  const { socket } = message as { readonly socket: Socket };
  openSockets.add(socket);
  socket.once('close', () => openSockets.delete(socket));
});

/** Runs a command as if this process had been started for it: only the command keeps it running, not the channel. */
async function runCommand({ argv, cwd, env }: CommandRequest): Promise<void> {
  process.channel?.unref();
  replaceVariables(env);
  process.chdir(cwd);
  process.argv = [process.execPath, fileURLToPath(entry), ...argv];
  process.exitCode = undefined;
  replaceStreams();
  count += 1;
  // Only the entry runs again: the modules that it imports are loaded already.
  await import(`${entry.href}?run=${count}`);
}

function replaceVariables(env: CommandRequest['env']): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

/** Gives the process new standard streams, because a command adds listeners to them and wraps their functions. */
function replaceStreams(): void {
  const streams = { stdin: Readable.from([]), stdout: openOutput(1), stderr: openOutput(2) };
  for (const [name, value] of Object.entries(streams)) {
    Object.defineProperty(process, name, { value, configurable: true });
  }
  globalThis.console = new Console(streams.stdout, streams.stderr);
}

/** Returns a stream that writes at once, like the stream of a pipe: nothing is lost when the process ends. */
function openOutput(fd: number): Writable {
  const write = (text: Uint8Array) => {
    for (let done = 0; done < text.length; ) done += writeSync(fd, text, done);
  };
  return new Writable({
    write(chunk, _, done) {
      write(chunk);
      done();
    },
  });
}

/** Releases what the end of a process releases, and reports the end: a zero character and the exit code, behind the text of both streams. */
function endCommand(): void {
  for (const socket of openSockets) socket.destroy();
  for (const event of ['SIGINT', 'SIGTERM', 'SIGCONT', 'uncaughtException']) {
    process.removeAllListeners(event);
  }
  for (const fd of [1, 2]) writeSync(fd, `\0${process.exitCode ?? 0}\n`);
  process.channel?.ref();
}

process.on('message', (request: CommandRequest) => void runCommand(request));
// A command has ended when nothing keeps the process running.
process.on('beforeExit', endCommand);
process.on('disconnect', () => process.exit());
