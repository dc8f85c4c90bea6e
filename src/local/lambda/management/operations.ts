import { AwsError } from '../../wire/aws-error.ts';
import { aliasConfiguration, configuration } from '../api-responses.ts';
import { Constraints, type Fields, textOf } from '../constraints.ts';
import { invalid } from '../execution/validation.ts';
import type { Alias, FunctionVersion } from '../function-registry.ts';
import type { Parts } from '../invoke.ts';
import { codeOf } from './code.ts';
import { changedSettings, newSettings } from './settings.ts';

/** CreateFunction. */
export function createFunction({ functions, objects }: Parts, input: Fields) {
  const settings = newSettings(input);
  const { name } = settings;
  if (functions.names().includes(name)) {
    throw conflict(`Function already exist: ${name}`);
  }
  functions.put({ ...settings, code: codeOf(input['Code'], objects) });
  return published({ functions }, name, input);
}

/** UpdateFunctionCode. */
export function updateCode({ functions, objects }: Parts, name: string, input: Fields) {
  const latest = functions.resolve(name);
  checkRevision(latest, input);
  const code = codeOf(input, objects);
  if (input['DryRun'] === true) return configuration(latest);
  functions.put({ ...latest.settings, code });
  return published({ functions }, name, input);
}

/** UpdateFunctionConfiguration. */
export function updateConfiguration({ functions }: Parts, name: string, input: Fields) {
  const latest = functions.resolve(name);
  checkRevision(latest, input);
  functions.configure(changedSettings(latest.settings, input));
  return configuration(functions.resolve(name));
}

/** PublishVersion: the newest one again when nothing has changed since. */
export function publishVersion({ functions }: Parts, name: string, input: Fields) {
  const latest = functions.resolve(name);
  checkRevision(latest, input);
  const { CodeSha256: wanted, Description } = input;
  const sha = configuration(latest)['CodeSha256'];
  if (typeof wanted === 'string' && wanted !== sha) {
    throw invalid(
      `CodeSHA256 (${wanted}) is different from current CodeSHA256 in $LATEST (${String(sha)}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  const description = typeof Description === 'string' ? Description : undefined;
  return configuration(functions.resolve(name, functions.publish(name, description)));
}

function published({ functions }: Pick<Parts, 'functions'>, name: string, input: Fields) {
  const version = input['Publish'] === true ? functions.publish(name) : undefined;
  return configuration(functions.resolve(name, version));
}

/** DeleteFunction: whole, or one version. */
export function deleteFunction(
  { functions, engine, removeFunction }: Parts,
  name: string,
  qualifier: string | undefined,
): void {
  functions.resolve(name);
  if (qualifier === undefined) {
    removeFunction(name);
    return;
  }
  if (qualifier === '$LATEST') {
    throw invalid('$LATEST version cannot be deleted without deleting the function.');
  }
  if (!/^\d+$/.test(qualifier)) throw invalid('Deletion of aliases is not currently supported.');
  const aliases = functions.aliases(name).filter(({ version }) => version === qualifier);
  if (aliases.length > 0) {
    const names = aliases.map((alias) => alias.name).join(', ');
    throw conflict(
      `Unable to delete version because the following aliases reference it: [${names}]`,
    );
  }
  if (engine.executions.running(name, qualifier) > 0) {
    throw conflict(`Version ${qualifier} has durable executions that are still running.`);
  }
  functions.removeVersion(name, qualifier);
}

/** CreateAlias and UpdateAlias. */
export function putAlias(
  { functions }: Parts,
  name: string,
  { input, creating }: { input: Fields; creating: boolean },
) {
  functions.resolve(name);
  const { Name, FunctionVersion, Description, RoutingConfig } = input;
  const constraints = new Constraints();
  constraints.required('name', Name);
  constraints.matches('name', Name, /^(?!^[0-9]+$)([a-zA-Z0-9-_]{1,128})$/);
  if (creating) constraints.required('functionVersion', FunctionVersion);
  constraints.check();
  if (RoutingConfig) throw invalid('The local runtime does not implement RoutingConfig of aliases');
  const before = functions.aliases(name).find((alias) => alias.name === Name);
  if (creating && before)
    throw conflict(`Alias already exists: ${functions.arn(name, before.name)}`);
  if (!creating && !before) throw noAlias(functions.arn(name, textOf(Name)));
  const version = textOf(FunctionVersion ?? before?.version);
  functions.resolve(name, version);
  const alias = textOf(Name);
  const description = textOf(Description ?? before?.description ?? '');
  functions.alias(name, { name: alias, version, description });
  return aliasOf({ functions }, name, alias);
}

export function aliasOf({ functions }: Pick<Parts, 'functions'>, name: string, alias: string) {
  functions.resolve(name);
  const found = functions.aliases(name).find((each) => each.name === alias);
  if (!found) throw noAlias(functions.arn(name, alias));
  return aliasConfiguration(functions, name, found);
}

export function aliasesOf(
  { functions }: Pick<Parts, 'functions'>,
  name: string,
  version: string | null,
) {
  functions.resolve(name);
  const wanted = ({ version: of }: Alias) => version === null || of === version;
  const aliases = functions.aliases(name).filter(wanted);
  return aliases.map((each) => aliasConfiguration(functions, name, each));
}

function checkRevision(version: FunctionVersion, { RevisionId }: Fields): void {
  if (RevisionId === undefined || RevisionId === configuration(version)['RevisionId']) return;
  throw new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    { status: 412 },
  );
}

function conflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', message, { status: 409 });
}

function noAlias(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Cannot find alias arn: ${arn}`, {
    status: 404,
  });
}
