/** Checks of the deployed stack: whether it exists, is complete and matches the working copy. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { outputs as names } from '../../../functions/contract/api.ts';
import { isNotFound } from '../../aws/errors.ts';
import { deployableRoot } from '../../environment/project.ts';
import { formatShare } from '../canary/release.ts';
import { checkApiAccess, findApiAuth, readApiStatus } from '../check.ts';
import { describePauseRisk } from '../durable-sdk.ts';
import { formatOutdated, publishCommand } from '../live-version.ts';
import { recoveryHints } from '../prepare-stack.ts';
import { type Check, failing, formatCount, listFirst, ok, warning } from './finding.ts';

/** With more published versions, the list becomes hard to read. */
const maxPublishedVersions = 20;

const healthyStatus = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

export const stack = {
  stack: {
    needs: 'account',
    async run(facts) {
      const { stack: name } = facts.target.environment;
      const found = await facts.stack();
      if (!found) return failing(`${name} does not exist`, 'orders deploy');
      const { StackStatus = '' } = found;
      const message = `${name} is ${StackStatus}`;
      if (healthyStatus.test(StackStatus)) return ok(message);
      if (StackStatus.endsWith('_IN_PROGRESS')) return warning(message, 'orders deploy --attach');
      const [hint = 'orders deploy'] = recoveryHints(name, StackStatus);
      const rolledBack = StackStatus === 'UPDATE_ROLLBACK_COMPLETE';
      return rolledBack
        ? warning(`${message}: the last deployment failed`, hint)
        : failing(message, hint);
    },
  },
  template: {
    needs: 'stack',
    async run({ target }) {
      const root = deployableRoot(target.root);
      const file = join(root, 'template.yaml');
      const built = existsSync(join(root, 'dist/functions/order-workflow/index.mjs'));
      if (!existsSync(file)) return failing(`${file} does not exist`, 'restore template.yaml');
      if (!built) return undefined;
      const { GetTemplateCommand } = await import('../../aws/sdk/cloudformation.ts');
      const client = await target.clients.cloudFormation();
      const StackName = target.environment.stack;
      const { TemplateBody = '' } = await client.send(
        new GetTemplateCommand({ StackName, TemplateStage: 'Original' }),
      );
      const { packageStack } = await import('../package.ts');
      const { readTemplateInBackground } = await import('../template-file.ts');
      const source = await readTemplateInBackground(file);
      // The console handles keys in between.
      await setImmediate();
      const { template } = await packageStack(source, 'bucket');
      const [deployed, here] = [TemplateBody, template].map((text) =>
        text.trim().replaceAll(/s3:\/\/[^/\s]+\//g, 's3://bucket/'),
      ) as [string, string];
      if (deployed === here) return ok('template.yaml and the built functions are deployed');
      const withoutCode = (text: string) => text.replaceAll(/[0-9a-f]{64}\.zip/g, 'code.zip');
      return warning(
        withoutCode(deployed) === withoutCode(here)
          ? 'the built functions differ from the deployed ones'
          : 'template.yaml differs from the deployed template',
        'orders diff',
      );
    },
  },
  tables: {
    needs: 'stack',
    async run(facts) {
      const { DescribeTableCommand } = await import('../../aws/sdk/dynamodb.ts');
      const client = await facts.target.clients.dynamodb();
      const tables = Object.entries(await facts.outputs()).filter(([key]) =>
        /TableName$/.test(key),
      );
      for (const [, TableName] of tables) {
        try {
          const { Table } = await client.send(new DescribeTableCommand({ TableName }));
          if (Table?.TableStatus !== 'ACTIVE')
            return warning(
              `${TableName} is ${Table?.TableStatus}`,
              'run the check again in a moment',
            );
        } catch (error) {
          if (!isNotFound(error)) throw error;
          return failing(`${TableName} does not exist`, 'orders destroy, then orders deploy');
        }
      }
      return ok(`${formatCount(tables.length, 'table')}, all active`);
    },
  },
  versions: {
    needs: 'stack',
    async run(facts) {
      const functions = await facts.functions();
      const published = functions.reduce((sum, { versions }) => sum + versions.length, 0);
      const message = `${formatCount(published, 'version')} published`;
      if (published > maxPublishedVersions) return warning(message, 'orders versions prune');
      const [workflow] = functions;
      const old = (await facts.running()).filter(
        ({ arn }) => !arn.includes(`:${workflow?.live ?? ''}/durable-execution/`),
      );
      return ok(
        old.length > 0 ? `${message}, ${formatCount(old.length, 'order')} on older ones` : message,
      );
    },
  },
  sdk: {
    needs: 'stack',
    async run(facts) {
      const [workflow] = await facts.functions();
      if (workflow?.live === undefined) return undefined;
      const { live, sdkVersion } = workflow;
      const risk = facts.target.autoDeploys ? undefined : describePauseRisk(live, sdkVersion);
      if (!risk) return ok(`durable execution SDK ${sdkVersion ?? 'unknown'}`);
      return warning(
        risk,
        sdkVersion === undefined
          ? 'orders deploy'
          : 'update @aws/durable-execution-sdk-js, then orders deploy',
      );
    },
  },
  alias: {
    needs: 'stack',
    async run(facts) {
      const functions = await facts.functions();
      for (const { functionName, live, versions } of functions) {
        const [newest] = versions;
        if (newest === undefined)
          return failing(`${functionName} has no published version`, 'orders deploy');
        if (live === undefined)
          return failing(
            `${functionName} has no alias live`,
            `aws lambda create-alias --function-name ${functionName} --name live --function-version ${newest}`,
          );
      }
      const [workflow] = functions;
      const { live = '', canary, versions: [newest = ''] = [] } = workflow ?? {};
      if (canary) {
        const share = formatShare(canary.weight);
        return warning(
          `a canary is open: ${share} of new orders run version ${canary.version}, the others ${live}`,
          'orders deploy --attach',
        );
      }
      if (live !== newest) {
        return warning(
          `live is version ${live}, rolled back from ${newest}`,
          `orders versions rollback ${newest}`,
        );
      }
      const outdated = functions.find(({ differing }) => differing.length > 0);
      if (!outdated) return ok(`live is version ${live}, the newest`);
      return failing(formatOutdated(outdated), publishCommand(outdated.functionName));
    },
  },
  api: {
    needs: 'stack',
    async run(facts) {
      const api = (await facts.outputs())[names.apiEndpoint];
      if (!api) return failing('the stack has no API', 'orders deploy');
      const status = await readApiStatus(facts.target, api);
      const description = await facts.stack();
      const auth = description && findApiAuth(description);
      const access = auth ? `, ${await checkApiAccess(api, auth)}` : '';
      return ok(`${api} responds (${status})${access}`);
    },
  },
  logs: {
    needs: 'stack',
    async run(facts) {
      const { DescribeLogGroupsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
      const client = await facts.target.clients.cloudWatchLogs();
      const outputs = await facts.outputs();
      const functions = [
        names.workflowFunctionArn,
        names.recoveryFunctionArn,
        names.intakeFunctionArn,
        names.statusFunctionArn,
      ].flatMap((name) => outputs[name]?.split(':').at(-1) ?? []);
      const withoutRetention: string[] = [];
      let days = 0;
      for (const functionName of functions) {
        const logGroupName = `/aws/lambda/${functionName}`;
        const { logGroups = [] } = await client.send(
          new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
        );
        const group = logGroups.find((one) => one.logGroupName === logGroupName);
        if (!group)
          return failing(
            `${logGroupName} does not exist`,
            `aws logs create-log-group --log-group-name ${logGroupName}`,
          );
        if (group.retentionInDays === undefined) withoutRetention.push(logGroupName);
        days = Math.max(days, group.retentionInDays ?? 0);
      }
      const [first = ''] = withoutRetention;
      return withoutRetention.length > 0
        ? warning(
            `no retention: ${listFirst(withoutRetention)}`,
            `aws logs put-retention-policy --log-group-name ${first} --retention-in-days 30`,
          )
        : ok(`${formatCount(functions.length, 'group')}, retention ${formatCount(days, 'day')}`);
    },
  },
} as const satisfies Record<string, Check>;
