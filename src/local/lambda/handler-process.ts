import { type ChildProcess, fork } from 'node:child_process';
import type { AwsCredentials } from '../iam/credentials.ts';
import type { FunctionSettings } from '../shared/service-interfaces.ts';

/** The code and settings of a function version. */
export interface FunctionCode {
  readonly settings: Omit<FunctionSettings, 'code'>;
  readonly version: string;
  readonly arn: string;
  /** Changes whenever the function's code or configuration does. */
  readonly revision: string;
  /** Returns the folder of the unzipped code. */
  root(): string;
}

/**
 * Node.js guesses no module types, as on Lambda: a `.js` file is CommonJS unless its package.json says otherwise, and `require` does
 * not load ES modules. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
const moduleFlags = ['--no-experimental-detect-module', '--no-experimental-require-module'];

/**
 * A process has a tenth of its memory for V8's own threads, which compile and collect garbage beside the handler. Six handlers share the
 * processors of a laptop, so that these threads save no time. `--single-threaded` would save as much memory, but V8 then rejects the
 * compiled code of Node's own modules, and compiling them takes a fifth of the time of a cold start.
 */
export const memoryFlags: readonly string[] = [
  '--max-semi-space-size=4',
  '--single-threaded-gc',
  '--no-concurrent-recompilation',
  '--v8-pool-size=1',
];

interface HandlerProcessOptions {
  /** Path of the Node.js program. */
  readonly node: string;
  /** Log stream of the process. */
  readonly stream: string;
  /** URL of the runtime. */
  readonly endpoint: string;
  /** Credentials of a session of the function's role. */
  readonly credentials: AwsCredentials;
  /** State directory of the runtime. */
  readonly directory: string;
}

/** Starts a process for the handler, with the memory limit and the environment variables that Lambda sets. */
export function startHandler(code: FunctionCode, options: HandlerProcessOptions): ChildProcess {
  return fork(bootstrapUrl(), [], {
    execPath: options.node,
    execArgv: [`--max-old-space-size=${code.settings.memory}`, ...memoryFlags, ...moduleFlags],
    env: environmentVariables(code, options),
    cwd: code.root(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function environmentVariables(
  code: FunctionCode,
  { stream, endpoint, credentials, directory }: HandlerProcessOptions,
): Record<string, string> {
  const { settings, version } = code;
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: 'us-east-2',
    AWS_DEFAULT_REGION: 'us-east-2',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_ENDPOINT_URL: endpoint,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memory),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_LAMBDA_LOG_FORMAT: settings.logFormat,
    ...(settings.logLevel ? { AWS_LAMBDA_LOG_LEVEL: settings.logLevel } : {}),
    LAMBDA_TASK_ROOT: code.root(),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    _HANDLER: settings.handler,
    NODE_COMPILE_CACHE: `${directory}/compile-cache`,
    ...settings.environment,
  };
}

function bootstrapUrl(): URL {
  if (import.meta.url.endsWith('.ts'))
    return new URL('./node-runtime/bootstrap.ts', import.meta.url);
  const chunk = new URL('.', import.meta.url).pathname.endsWith('/chunks/');
  return new URL(chunk ? '../bootstrap.js' : './bootstrap.js', import.meta.url);
}
