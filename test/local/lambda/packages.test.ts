import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseCases } from '../../support/full.ts';
import { startLambda } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
beforeAll(async () => {
  lambda = await startLambda();
});
afterAll(() => lambda.close());

type Files = Readonly<Record<string, string>>;

/** Creates a function from the files and returns the parsed result of one invocation. */
async function run(
  name: string,
  files: Files,
  options: { handler?: string; runtime?: string } = {},
) {
  lambda.put(name, { code: files, ...options });
  const { text, FunctionError } = await lambda.invoke(name, { Payload: '{"a":1}' });
  return { result: JSON.parse(text), failed: FunctionError !== undefined };
}

const esm = 'export const handler = async (event) => ({ type: typeof require, event });';
const cjs = 'exports.handler = async (event) => ({ type: typeof require, event });';

describe('the module type of a package', () => {
  it('is CommonJS for a .js file without package.json, although the project has ES modules', async () => {
    const { result } = await run('cjs-bare', { 'index.js': cjs });
    expect(result).toEqual({ type: 'function', event: { a: 1 } });
  });

  const types: readonly (readonly [name: string, files: Files, type: string])[] = [
    ['.mjs', { 'index.mjs': esm }, 'undefined'],
    ['.cjs', { 'index.cjs': cjs }, 'function'],
    ['.js with type module', { 'index.js': esm, 'package.json': '{"type":"module"}' }, 'undefined'],
    [
      '.js with type commonjs',
      { 'index.js': cjs, 'package.json': '{"type":"commonjs"}' },
      'function',
    ],
  ];
  it.each(chooseCases(types, ['.cjs', '.js with type module']))(
    'follows %s',
    async (name, files, type) => {
      const { result } = await run(`type-${name.replace(/\W/g, '')}`, files);
      expect(result).toEqual({ type, event: { a: 1 } });
    },
  );

  it('is not guessed: ES module syntax in a .js file is a syntax error', async () => {
    const { result } = await run('esm-in-js', { 'index.js': esm });
    expect(result).toMatchObject({ errorType: 'Runtime.UserCodeSyntaxError' });
  });
});

describe('imports of a package', () => {
  it('reach its own files and modules', async () => {
    const { result } = await run('requires', {
      'index.js':
        "const { one } = require('./lib'); const two = require('dep'); exports.handler = async () => [one, two];",
      'lib/index.js': 'exports.one = 1;',
      'node_modules/dep/index.js': 'module.exports = 2;',
    });
    expect(result).toEqual([1, 2]);
  });

  it.each([
    ['import', { 'index.mjs': "import 'valibot'; export const handler = async () => 1;" }, 'Error'],
    [
      'require',
      { 'index.js': "require('valibot'); exports.handler = async () => 1;" },
      'Runtime.ImportModuleError',
    ],
  ])('do not reach a package of the project by %s', async (kind, files, errorType) => {
    const { result } = await run(`foreign-${kind}`, files);
    expect(result).toMatchObject({
      errorType,
      errorMessage: expect.stringMatching(/Cannot find (package|module) 'valibot'/),
    });
  });
});

describe('the handler setting', () => {
  it.each([
    ['a path into the exports', 'index.a.b', { 'index.js': 'exports.a = { b: async () => 7 };' }],
    ['a folder', 'src/app.handler', { 'src/app.mjs': 'export const handler = async () => 7;' }],
    [
      'a default export',
      'index.handler',
      { 'index.mjs': 'export default { handler: async () => 7 };' },
    ],
  ])('may name %s', async (name, handler, files: Files) => {
    const { result } = await run(`handler-${name.replace(/\W/g, '')}`, files, { handler });
    expect(result).toBe(7);
  });

  const wrong = [
    ['other.handler', 'Runtime.ImportModuleError', "Error: Cannot find module 'other'"],
    ['index.absent', 'Runtime.HandlerNotFound', 'index.absent is undefined or not exported'],
    ['index.value', 'Runtime.HandlerNotFound', 'index.value is not a function'],
    ['index', 'Runtime.MalformedHandlerName', 'Bad handler'],
    ['../index.handler', 'Runtime.MalformedHandlerName', 'Bad handler'],
  ] as const;
  it.each(chooseCases(wrong, ['other.handler', 'index.absent', 'index']))(
    '%s is reported as %s',
    async (handler, errorType, errorMessage) => {
      const files = {
        'index.mjs': 'export const handler = async () => 1; export const value = 2;',
      };
      const { result } = await run(`bad-${handler.replace(/\W/g, '')}`, files, { handler });
      expect(result).toMatchObject({
        errorType,
        errorMessage: expect.stringContaining(errorMessage),
      });
    },
  );
});

describe('a callback-style handler', () => {
  const files = {
    'index.js': 'exports.handler = (event, context, callback) => callback(null, event.a);',
  };

  it('runs on nodejs22.x', async () => {
    const { result } = await run('callback-22', files, { runtime: 'nodejs22.x' });
    expect(result).toBe(1);
  });

  it('is rejected on nodejs24.x', async () => {
    const { result } = await run('callback-24', files);
    expect(result).toMatchObject({
      errorType: 'Runtime.CallbackHandlerDeprecated',
      errorMessage: expect.stringMatching(
        /^ERROR: AWS Lambda has removed support for callback-based/,
      ),
    });
  });

  const ends: readonly (readonly [name: string, body: string, expected: unknown])[] = [
    ['an error', 'callback(new TypeError("no"))', { errorType: 'TypeError', errorMessage: 'no' }],
    ['a text as error', 'callback("no")', { errorType: 'string', errorMessage: 'no', trace: [] }],
    ['context.succeed', 'context.succeed(3)', 3],
    ['context.fail', 'context.fail(new Error("no"))', { errorType: 'Error', errorMessage: 'no' }],
    ['nothing', '', null],
    [
      'work after the callback',
      'setTimeout(() => { globalThis.x = 5; }, 20); callback(null, 4)',
      4,
    ],
  ];
  it.each(chooseCases(ends, ['an error', 'context.succeed', 'work after the callback']))(
    'may end with %s on nodejs22.x',
    async (name, body, expected) => {
      const code = `exports.handler = (event, context, callback) => { ${body} };`;
      const { result } = await run(
        `callback-${name.replace(/\W/g, '')}`,
        { 'index.js': code },
        { runtime: 'nodejs22.x' },
      );
      if (typeof expected === 'object' && expected !== null) expect(result).toMatchObject(expected);
      else expect(result).toBe(expected);
    },
  );

  it.each([
    [true, { late: true }],
    [false, {}],
  ])('waits for the empty event loop if it asks for that: %s', async (waits, expected) => {
    const code = `exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = ${waits};
      const response = {};
      setTimeout(() => { response.late = true; }, 50);
      callback(null, response);
    };`;
    const options = { runtime: 'nodejs22.x' };
    const { result } = await run(`loop-${waits}`, { 'index.js': code }, options);
    expect(result).toEqual(expected);
  });
});

it('returns what a streaming handler wrote', async () => {
  const { result } = await run('streaming', {
    'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write('{"parts":[1'); stream.write(',2]}'); stream.end(); return 'ignored';
    });`,
  });
  expect(result).toEqual({ parts: [1, 2] });
});

it('calls the callback of a write to stdout, so that a handler may flush before it exits', async () => {
  const { result } = await run('flushes', {
    'index.mjs': `export const handler = async () => {
      await new Promise((done) => process.stdout.write('last words', done));
      process.exit(0);
    };`,
  });
  expect(result).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/Runtime exited without providing a reason$/),
  });
});

it('rejects a response over 6,291,556 bytes of a synchronous invocation', async () => {
  const { result } = await run('large', {
    'index.mjs': "export const handler = async () => 'x'.repeat(6_291_556 - 1);",
  });
  expect(result).toEqual({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
  });
  const fits = await run('fits', {
    'index.mjs': "export const handler = async () => 'x'.repeat(6_291_556 - 2);",
  });
  expect(fits.failed).toBe(false);
});

it('sets the environment variables of Lambda', async () => {
  const { result } = await run('variables', {
    'index.mjs': 'export const handler = async () => process.env;',
  });
  expect(result).toMatchObject({
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: 'variables',
    AWS_SESSION_TOKEN: expect.any(String),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: 'index.handler',
  });
});

it('rejects an archive that declares an unpacked size of 250 MB', async () => {
  const bytes = Buffer.from(zipSync({ 'index.js': Buffer.from(cjs) }, { level: 0 }));
  // The compressed and the unpacked size of the entry in the central directory.
  const sizes = bytes.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 20;
  const create = (size: number) => {
    bytes.writeUInt32LE(size, sizes);
    bytes.writeUInt32LE(size, sizes + 4);
    return lambda.client.send(
      new CreateFunctionCommand({
        FunctionName: 'declared',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/r',
        Code: { ZipFile: bytes },
      }),
    );
  };
  await expect(create(262_144_000)).rejects.toThrow(
    'Unzipped size must be smaller than 262144000 bytes',
  );
  expect(await create(262_143_999)).toMatchObject({ FunctionName: 'declared' });
});

it('stores and returns architecture and tags', async () => {
  const created = await lambda.client.send(
    new CreateFunctionCommand({
      FunctionName: 'tagged',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/r',
      Architectures: ['arm64'],
      Tags: { team: 'shop' },
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(esm) }) },
    }),
  );
  expect(created.Architectures).toEqual(['arm64']);
  const { GetFunctionCommand, ListTagsCommand, TagResourceCommand, UntagResourceCommand } =
    await import('@aws-sdk/client-lambda');
  const Resource = created.FunctionArn;
  await lambda.client.send(new TagResourceCommand({ Resource, Tags: { stage: 'dev' } }));
  await lambda.client.send(new UntagResourceCommand({ Resource, TagKeys: ['team'] }));
  const { Tags } = await lambda.client.send(new ListTagsCommand({ Resource }));
  expect(Tags).toEqual({ stage: 'dev' });
  const found = await lambda.client.send(new GetFunctionCommand({ FunctionName: 'tagged' }));
  expect(found.Tags).toEqual({ stage: 'dev' });
});
