/** Looks at what was deployed: whether it is there, whole, and what the working copy says. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { outputs as names } from '../../../functions/contract/api.ts';
import { isNotFound } from '../../aws/errors.ts';
import { apiStatus } from '../check.ts';
import { leadsOf } from '../ready.ts';
import { type Check, count, failing, ok, some, warning } from './finding.ts';

/** More published versions than this are in the way of whoever looks for one. */
const manyVersions = 20;

const good = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

export const stack = {
  stack: {
    needs: 'account',
    async look(facts) {
      const { stack: name } = facts.target.environment;
      const found = await facts.stack();
      if (!found) return failing(`there is no ${name}`, 'orders deploy');
      const { StackStatus = '' } = found;
      const message = `${name} is ${StackStatus}`;
      if (good.test(StackStatus)) return ok(message);
      if (StackStatus.endsWith('_IN_PROGRESS')) return warning(message, 'orders deploy --attach');
      const [lead = 'orders deploy'] = leadsOf(name, StackStatus);
      const rolledBack = StackStatus === 'UPDATE_ROLLBACK_COMPLETE';
      return rolledBack
        ? warning(`${message}: the last deployment failed`, lead)
        : failing(message, lead);
    },
  },
  template: {
    needs: 'stack',
    async look({ target }) {
      const file = join(target.root, 'template.yaml');
      const built = existsSync(join(target.root, 'dist/functions/order-workflow/index.mjs'));
      if (!existsSync(file) || !built) return undefined;
      const { GetTemplateCommand } = await import('../../aws/sdk/cloudformation.ts');
      const client = await target.clients.cloudFormation();
      const StackName = target.environment.stack;
      const { TemplateBody = '' } = await client.send(
        new GetTemplateCommand({ StackName, TemplateStage: 'Original' }),
      );
      const { packageStack } = await import('../package.ts');
      const { template } = await packageStack(file, 'bucket');
      const [deployed, here] = [TemplateBody, template].map((text) =>
        text.trim().replaceAll(/s3:\/\/[^/\s]+\//g, 's3://bucket/'),
      ) as [string, string];
      if (deployed === here)
        return ok('template.yaml and the built functions are what is deployed');
      const withoutCode = (text: string) => text.replaceAll(/[0-9a-f]{64}\.zip/g, 'code.zip');
      return warning(
        withoutCode(deployed) === withoutCode(here)
          ? 'the built functions are not those that are deployed'
          : 'template.yaml is not what is deployed',
        'orders diff',
      );
    },
  },
  tables: {
    needs: 'stack',
    async look(facts) {
      const { DescribeTableCommand } = await import('../../aws/sdk/dynamodb.ts');
      const client = await facts.target.clients.dynamodb();
      const tables = Object.entries(await facts.outputs()).filter(([key]) =>
        /TableName$/.test(key),
      );
      for (const [, TableName] of tables) {
        try {
          const { Table } = await client.send(new DescribeTableCommand({ TableName }));
          if (Table?.TableStatus !== 'ACTIVE')
            return warning(`${TableName} is ${Table?.TableStatus}`, 'try again in a moment');
        } catch (error) {
          if (!isNotFound(error)) throw error;
          return failing(`${TableName} is gone`, 'orders destroy, then orders deploy');
        }
      }
      return ok(`${count(tables.length, 'table')}, all active`);
    },
  },
  versions: {
    needs: 'stack',
    async look(facts) {
      const functions = await facts.functions();
      const published = functions.reduce((sum, { versions }) => sum + versions.length, 0);
      const message = `${count(published, 'version')} published`;
      if (published > manyVersions) return warning(message, 'orders versions prune');
      const [workflow] = functions;
      const old = (await facts.running()).filter(
        ({ arn }) => !arn.includes(`:${workflow?.live ?? ''}/durable-execution/`),
      );
      return ok(
        old.length > 0 ? `${message}, ${count(old.length, 'order')} on older ones` : message,
      );
    },
  },
  alias: {
    needs: 'stack',
    async look(facts) {
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
      const { live = '', versions: [newest = ''] = [] } = workflow ?? {};
      return live === newest
        ? ok(`live is version ${live}, the newest`)
        : warning(
            `live is version ${live}, rolled back from ${newest}`,
            `orders versions rollback ${newest}`,
          );
    },
  },
  api: {
    needs: 'stack',
    async look(facts) {
      const api = (await facts.outputs())[names.apiEndpoint];
      if (!api) return failing('the stack has no API', 'orders deploy');
      return ok(`${api} answers (${await apiStatus(facts.target, api)})`);
    },
  },
  logs: {
    needs: 'stack',
    async look(facts) {
      const { DescribeLogGroupsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
      const client = await facts.target.clients.cloudWatchLogs();
      const outputs = await facts.outputs();
      const functions = [
        names.workflowFunctionArn,
        names.recoveryFunctionArn,
        names.statusFunctionArn,
      ].flatMap((name) => outputs[name]?.split(':').at(-1) ?? []);
      const endless: string[] = [];
      let days = 0;
      for (const each of functions) {
        const logGroupName = `/aws/lambda/${each}`;
        const { logGroups = [] } = await client.send(
          new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
        );
        const group = logGroups.find((one) => one.logGroupName === logGroupName);
        if (!group)
          return failing(
            `${logGroupName} is gone`,
            `aws logs create-log-group --log-group-name ${logGroupName}`,
          );
        if (group.retentionInDays === undefined) endless.push(logGroupName);
        days = Math.max(days, group.retentionInDays ?? 0);
      }
      const [first = ''] = endless;
      return endless.length > 0
        ? warning(
            `${some(endless)} keeps its lines for ever`,
            `aws logs put-retention-policy --log-group-name ${first} --retention-in-days 30`,
          )
        : ok(`${count(functions.length, 'group')}, lines are kept for ${count(days, 'day')}`);
    },
  },
} as const satisfies Record<string, Check>;
