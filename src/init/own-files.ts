/** The files of a new project that are written for it. */
import { basename } from 'node:path';

/** The parts of the package.json of `orders` that a project needs. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packages whose code is in the bundles of the functions. */
const bundledPackages = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-ssm',
  '@aws-sdk/lib-dynamodb',
  '@aws/durable-execution-sdk-js',
  '@valibot/to-json-schema',
  'stripe',
  'valibot',
];

/** Packages that build and test the functions. */
const toolPackages = [
  '@aws/durable-execution-sdk-js-testing',
  '@types/node',
  'esbuild',
  'typescript',
  'vitest',
];

/** Returns a valid package name for the project in a folder: the folder's name in lower case, with `-` for other characters. */
export function toPackageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '');
  return name || 'orders-project';
}

/** Returns the texts of the files by path. The packages have the versions that this version of `orders` is tested with. */
export function buildOwnFiles(name: string, manifest: Manifest): Record<string, string> {
  const select = (packages: readonly string[]) =>
    Object.fromEntries(packages.map((key) => [key, manifest.devDependencies[key]]));
  const toText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    'package.json': toText({
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      scripts: {
        build: 'node scripts/build-functions.ts',
        typecheck: 'tsc',
        test: 'vitest run',
        deploy: 'npm run build && orders deploy',
      },
      dependencies: select(bundledPackages),
      devDependencies: select(toolPackages),
      allowScripts: { esbuild: true },
    }),
    'tsconfig.json': toText(compilerSettings),
    '.gitignore': 'node_modules/\ndist/\n.orders/\n.build-*/\n',
    'README.md': formatReadme(name, manifest),
  };
}

const compilerSettings = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    noEmit: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ['functions', 'scripts', 'test'],
};

const formatReadme = (name: string, { version }: Manifest) => `# ${name}

An order-processing workflow on AWS Lambda durable functions, created by \`orders\` ${version}.

| command                                | effect                                         |
| -------------------------------------- | ---------------------------------------------- |
| \`npm install\`                          | installs the packages of the functions         |
| \`npm test\`                             | tests the functions, without any service       |
| \`npm run typecheck\`                    | compiler                                       |
| \`npm run build\`                        | bundles the functions into \`dist/functions\`    |
| \`npm run deploy\`                       | builds and deploys to the local runtime        |
| \`orders submit --sample low --watch\`   | submits an order and watches it                |
| \`orders deploy -e dev --region <name>\` | deploys to AWS                                 |

The business process is in \`functions/order-workflow/process-order.ts\`, its stages in \`functions/contract/workflow.ts\`, the
services in \`functions/order-workflow/services\`, the resources in \`template.yaml\`.
`;
