import { execFile, spawnSync } from 'node:child_process';

/** Returns whether this machine lacks an AWS CLI with durable executions. Prints a note if so. */
export function isAwsCliMissing(): boolean {
  const help = spawnSync('aws', ['lambda', 'get-durable-execution-history', 'help'], {
    encoding: 'utf8',
    env: { ...process.env, AWS_PAGER: '', PAGER: 'cat' },
  });
  const lacks = help.error !== undefined || help.status !== 0;
  if (lacks) process.stderr.write('skipped: no AWS CLI with durable executions\n');
  return lacks;
}

/** Returns a function that runs the AWS CLI with these variables and resolves with its JSON output. Rejects with its stderr. */
export const createAwsCli =
  (variables: Readonly<Record<string, string>>) =>
  // biome-ignore lint/suspicious/noExplicitAny: tests read the members that they expect
  (...argv: string[]): Promise<any> =>
    new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'], ...variables };
      execFile('aws', [...argv, '--output', 'json'], { env }, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr));
        else resolve(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });
