import { type ChildProcess, fork } from 'node:child_process';
import type { FunctionSettings } from '../service-interfaces.ts';

/** Credentials of handlers: what they call is recognised by it. */
export const handlerAccessKey = 'ASIALOCALHANDLER0000';

export interface Code {
  readonly settings: Omit<FunctionSettings, 'code'>;
  readonly version: string;
  readonly arn: string;
  /** Changes whenever the function's code or configuration does. */
  readonly revision: string;
  /** Where the code lies unzipped. */
  root(): string;
}

interface Surroundings {
  /** The log stream that its lines go to. */
  readonly stream: string;
  /** The URL of the runtime. */
  readonly endpoint: string;
  /** Where the runtime keeps its files. */
  readonly directory: string;
}

/** Starts a process that runs the code's handler, with the memory and the environment variables that it has in Lambda. */
export function startHandler(code: Code, surroundings: Surroundings): ChildProcess {
  return fork(bootstrap(), [], {
    execArgv: [`--max-old-space-size=${code.settings.memory}`, '--max-semi-space-size=4'],
    env: variables(code, surroundings),
    cwd: code.root(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function variables(
  code: Code,
  { stream, endpoint, directory }: Surroundings,
): Record<string, string> {
  const { settings, version } = code;
  return {
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
    AWS_REGION: 'us-east-2',
    AWS_DEFAULT_REGION: 'us-east-2',
    AWS_ACCESS_KEY_ID: handlerAccessKey,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoint,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memory),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_LAMBDA_LOG_FORMAT: settings.logFormat,
    ...(settings.logLevel ? { AWS_LAMBDA_LOG_LEVEL: settings.logLevel } : {}),
    LAMBDA_TASK_ROOT: code.root(),
    _HANDLER: settings.handler,
    NODE_COMPILE_CACHE: `${directory}/compile-cache`,
    ...settings.environment,
  };
}

function bootstrap(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./bootstrap.ts', import.meta.url);
  const chunk = new URL('.', import.meta.url).pathname.endsWith('/chunks/');
  return new URL(chunk ? '../bootstrap.js' : './bootstrap.js', import.meta.url);
}
