/** What `orders help <topic>` says: how every command behaves. */
import { Command } from '@oclif/core';
import { exitCodes } from '../../exit-codes.ts';

/** Variables that are read besides those of flags, which each command's help names. */
export const variables = {
  ORDERS_ENV: 'environment to work on (--env)',
  ORDERS_REGION: 'AWS region (--region)',
  ORDERS_STACK: 'CloudFormation stack (--stack)',
  ORDERS_PROFILE: 'AWS profile (--profile)',
  ORDERS_UI: 'auto, live, plain or quiet (--ui)',
  ORDERS_SEED: 'what a load test derives its orders from (--seed)',
  ORDERS_REVIEWER: 'who decides about an order (--by)',
  ORDERS_DEBUG: 'with any value: the stack of an unexpected error',
  NO_COLOR: 'with any value: no colours',
  FORCE_COLOR: '1 to 3: colours also where they are not expected; 0: none',
  CI: 'with any value: plain lines, nothing redrawn',
  ACCESSIBLE: 'with any value: plain lines, for a screen reader',
  TERM: 'dumb: plain lines, ASCII, no colours',
  'LC_ALL, LC_CTYPE, LANG': 'C or POSIX: ASCII signs',
} as const;

const table = (rows: Readonly<Record<string, string>>) => {
  const width = Math.max(...Object.keys(rows).map(({ length }) => length));
  return Object.entries(rows)
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
    .join('\n');
};

export const topics = {
  'exit-codes': Object.entries(exitCodes)
    .map(([code, meaning]) => `${code.padStart(3)}  ${meaning}`)
    .join('\n'),
  json: `With --json a command that answers once writes one document to stdout:

  {"v":1,"ok":true,"data":…,"warnings":[…],"meta":{"env":…,"region":…,"ts":…}}
  {"v":1,"ok":false,"error":{"code":…,"message":…,"hint":[…],"exit":…},"warnings":[…]}

The exit code is the same as without --json. A list that is empty is [].
Commands that tell as they go (watch, logs, history --follow, submit --watch,
load-test) write one record a line, each with a type; the last one is {"type":"end",…,"exitCode":n}.
Amounts are decimals with two places, times RFC 3339 UTC, durations milliseconds.

JSON Schemas of all of it are in the package:`,
  environment: `An environment is a place that a stack lives in: a region, a stack name, and if
need be a profile or an endpoint. "local" is built in and the default: the local
runtime, with no account. Others are made by deploying to them,

  orders deploy -e dev --region eu-west-1 --stack orders-dev

and are kept in orders.config.json beside the project, without secrets. One with
"protected": true is changed only by a command that is given its name (--confirm).
A flag goes before a variable, a variable before the file, the file before the default.

Variables:
${table(variables)}`,
  time: `On AWS time is time. The local runtime has a clock of its own: waits, retry
backoffs and timeouts pass sixty times as fast, so that the eight minutes of an
order take eight seconds. Its commands say so: local (time ×60).

  orders local start --time-scale 1     waits as long as on AWS
  orders local advance 5m               jump, so that waits end at once

The clock stands still while the runtime is stopped; orders go on from their last
checkpoint when it starts. Code is never sped up, and timestamps are real ones.
People see the local clock and how long ago; plain lines and JSON have UTC.
Durations are written 90s, 5m, 1h30m or 7d.`,
} as const;

/** A command that prints a topic. */
export abstract class TopicCommand extends Command {
  protected abstract readonly topic: keyof typeof topics;

  async run(): Promise<void> {
    await this.parse();
    process.stdout.write(`${topics[this.topic]}\n`);
  }
}
