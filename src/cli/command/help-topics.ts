/** The texts of `orders help <topic>`, which apply to all commands. */
import { Command } from '@oclif/core';
import { exitCodes } from '../../exit-codes.ts';

/** All environment variables that commands read. The help of each command also shows the variables of its flags. */
export const variables = {
  ORDERS_ENV: 'environment to use (--env)',
  ORDERS_REGION: 'AWS region (--region)',
  ORDERS_STACK: 'CloudFormation stack (--stack)',
  ORDERS_PROFILE: 'AWS profile (--profile)',
  ORDERS_UI: 'output mode: auto, live, plain or quiet (--ui)',
  ORDERS_SEED: 'seed of the orders of a load test (--seed)',
  ORDERS_REVIEWER: 'name of the reviewer (--by)',
  ORDERS_DEBUG: 'any value: print the stack of unexpected errors',
  NO_COLOR: 'any value: no colors',
  FORCE_COLOR: '1 to 3: colors also in pipes; 0: no colors',
  CI: 'any value: plain output',
  ACCESSIBLE: 'any value: plain output, for screen readers',
  TERM: 'dumb: plain output in ASCII without colors',
  'LC_ALL, LC_CTYPE, LANG': 'C or POSIX: output in ASCII',
} as const;

const formatRows = (rows: Readonly<Record<string, string>>) => {
  const width = Math.max(...Object.keys(rows).map(({ length }) => length));
  return Object.entries(rows)
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
    .join('\n');
};

export const topics = {
  'exit-codes': Object.entries(exitCodes)
    .map(([code, meaning]) => `${code.padStart(3)}  ${meaning}`)
    .join('\n'),
  json: `With --json, a command writes its result to stdout as one document:

  {"v":1,"ok":true,"data":…,"warnings":[…],"meta":{"env":…,"region":…,"ts":…}}
  {"v":1,"ok":false,"error":{"code":…,"message":…,"hint":[…],"exit":…},
   "warnings":[…]}

The exit code is the same as without --json. An empty list is [].
Commands that stream (watch, logs, history --follow, submit --watch, load-test)
write one record per line, each with a type. The last record is
{"type":"end",…,"exitCode":n}.
Amounts are decimals with two places, times are RFC 3339 in UTC, and durations
are milliseconds.

JSON Schemas of all documents and records:`,
  environment: `An environment is the name of a deployed stack: its region, its stack name and,
if necessary, a profile or an endpoint. The default environment is "local", the
local runtime, which needs no AWS account. Deploying creates an environment:

  orders deploy -e dev --region eu-west-1 --stack orders-dev

Environments are stored in orders.config.json in the project, without secrets.
Changing an environment with "protected": true requires its name (--confirm).
Flags override variables, and variables override the file.

Variables:
${formatRows(variables)}`,
  time: `The local runtime has a virtual clock: waits, retry backoffs and timeouts pass
60 times as fast as on AWS, so that the 8 minutes of an order take 8 seconds.
Output for the local runtime contains the time scale: local (time ×60).

  orders local start --time-scale 1     waits take as long as on AWS
  orders local advance 5m               move the clock forward to end waits

The clock stops with the runtime. At the next start, running orders continue
from their last checkpoint. Code runs at normal speed, and timestamps are real.
Terminal output shows local times and ages; plain output and JSON show UTC.
Durations are written as 90s, 5m, 1h30m or 7d.`,
} as const;

/** Base class of the commands that print a help topic. */
export abstract class TopicCommand extends Command {
  protected abstract readonly topic: keyof typeof topics;

  async run(): Promise<void> {
    await this.parse();
    process.stdout.write(`${topics[this.topic]}\n`);
  }
}
