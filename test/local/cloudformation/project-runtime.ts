import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import { packageStack } from '../../../src/deploy/package.ts';
import { readTemplate } from '../../../src/deploy/template-file.ts';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';

/** The path of this project's template. */
export const templateFile = new URL('../../../template.yaml', import.meta.url).pathname;

/** Packs a folder of this project, and further files. The archive is not compressed: that takes longer than a deployment. */
export function packFolder(codeUri: string, more: Readonly<Record<string, Uint8Array>> = {}) {
  const cwd = join(dirname(templateFile), codeUri);
  const files = globSync('**/*.{mjs,json}', { cwd }).map((name) => [
    name,
    readFileSync(join(cwd, name)),
  ]);
  return zipSync({ ...Object.fromEntries(files), ...more }, { level: 0 });
}

/** Starts a runtime with the archives of this project's functions. */
export async function startProjectRuntime({ timeScale = 1 }: { readonly timeScale?: number } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'project-runtime-'));
  const runtime = await startRuntime({ directory, port: 0, timeScale });
  const settings = {
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: runtime.credentials,
    maxAttempts: 1,
  };
  const client = new CloudFormationClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const Bucket = 'archives';
  await s3.send(new CreateBucketCommand({ Bucket }));
  const packaged = await packageStack(readTemplate(templateFile), Bucket);
  const storeArchive = (Key: string, Body: Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  for (const { key, codeUri } of packaged.artifacts) await storeArchive(key, packFolder(codeUri));

  /** Creates or updates a stack and returns its description. */
  async function deploy(
    StackName: string,
    TemplateBody: string,
    parameters: Readonly<Record<string, string>> = {},
  ) {
    const input = {
      StackName,
      TemplateBody,
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_IAM' as const],
    };
    const describe = () => client.send(new DescribeStacksCommand({ StackName }));
    const exists = await describe().catch(() => undefined);
    await client.send(exists ? new UpdateStackCommand(input) : new CreateStackCommand(input));
    const { Stacks: [stack] = [] } = await describe();
    return stack;
  }

  return {
    client,
    settings,
    packaged,
    storeArchive,
    deploy,
    url: runtime.url,
    async close() {
      await runtime.close();
      rmSync(directory, { recursive: true });
    },
  };
}
