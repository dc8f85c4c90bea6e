import { execFile, spawnSync } from 'node:child_process';

/** Whether there is no AWS CLI here that knows durable executions; said once. */
export function lacksAwsCli(): boolean {
  const help = spawnSync('aws', ['lambda', 'get-durable-execution-history', 'help'], {
    encoding: 'utf8',
    env: { ...process.env, AWS_PAGER: '', PAGER: 'cat' },
  });
  const lacks = help.error !== undefined || help.status !== 0;
  if (lacks) process.stderr.write('skipped: no AWS CLI here that knows durable executions\n');
  return lacks;
}

/** Runs the AWS CLI with these variables; its answer as JSON. Rejects with what it says on stderr. */
export const awsWith =
  (variables: Readonly<Record<string, string>>) =>
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into what they expect
  (...argv: string[]): Promise<any> =>
    new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'], ...variables };
      execFile('aws', [...argv, '--output', 'json'], { env }, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr));
        else resolve(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });
