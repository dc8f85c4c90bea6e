import { createHash } from 'node:crypto';
import type { ResourcePolicies } from '../iam/policy-store.ts';
import { findPolicyProblem } from '../iam/resource-policy-check.ts';
import { partition } from '../shared/account.ts';
import type { FunctionPermission } from '../shared/service-interfaces.ts';
import { AwsError } from '../wire/aws-error.ts';
import { Constraints } from './constraints.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { parseTarget } from './execution/chained-invoke.ts';
import type { FunctionRegistry } from './function-registry.ts';

/** A function, or one version or alias of it. */
interface Target {
  readonly name: string;
  readonly qualifier?: string | undefined;
}

type Statement = Readonly<Record<string, unknown>> & { readonly Sid: string };

/** Maximum size of a function's policy (bytes). https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxPolicyBytes = 20 * 1024;

/** Resource policies of functions. Each version and alias has its own. */
export class FunctionPolicies {
  readonly #functions: FunctionRegistry;
  readonly #policies: ResourcePolicies;

  constructor(functions: FunctionRegistry, policies: ResourcePolicies) {
    this.#functions = functions;
    this.#policies = policies;
  }

  /**
   * Adds a statement and returns it. Throws ResourceNotFoundException, ResourceConflictException, InvalidParameterValueException or
   * PolicyLengthExceededException. https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
   */
  add(permission: FunctionPermission): Statement {
    checkPermission(permission);
    const arn = this.#requireArn(parseTarget(permission.function));
    const statements = this.#read(arn);
    if (statements.some(({ Sid }) => Sid === permission.statementId)) {
      throw conflict(
        `The statement id (${permission.statementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    }
    const statement = toStatement(permission, arn);
    this.#write(arn, [...statements, statement]);
    return statement;
  }

  /** Removes a statement. Throws ResourceNotFoundException. */
  remove(target: Target, statementId: string): void {
    const arn = this.#requireArn(target);
    const statements = this.#read(arn);
    const kept = statements.filter(({ Sid }) => Sid !== statementId);
    if (kept.length === statements.length) {
      throw notFound(`Statement ${statementId} is not found in resource policy.`);
    }
    this.#write(arn, kept);
  }

  /** Removes a statement; does nothing if the statement or the function does not exist. */
  removeIfPresent({ name, qualifier }: Target, statementId: string): void {
    const arn = this.#functions.arn(name, qualifier);
    this.#write(
      arn,
      this.#read(arn).filter(({ Sid }) => Sid !== statementId),
    );
  }

  /** Returns the policy as JSON. Throws ResourceNotFoundException if there is none. */
  read(target: Target): string {
    const document = this.#policies.read(this.#requireArn(target));
    if (document === undefined) throw notFound('The resource you requested does not exist.');
    return document;
  }

  /** Returns the revision of a policy (a digest of its text). */
  revision(document: string): string {
    return createHash('sha256').update(document).digest('hex');
  }

  /** Removes the policies of a function, or the policy of one of its versions or aliases. */
  removeAll({ name, qualifier }: Target): void {
    const arn = this.#functions.arn(name, qualifier);
    if (qualifier === undefined) this.#policies.removeWithQualifiers(arn);
    else this.#policies.remove(arn);
  }

  #requireArn({ name, qualifier }: Target): string {
    this.#functions.resolve(name, qualifier);
    if (qualifier === '$LATEST') {
      throw invalidParameter('We currently do not support adding policies for $LATEST.');
    }
    return this.#functions.arn(name, qualifier);
  }

  #read(arn: string): readonly Statement[] {
    const document = this.#policies.read(arn);
    if (document === undefined) return [];
    return (JSON.parse(document) as { Statement: readonly Statement[] }).Statement;
  }

  #write(arn: string, statements: readonly Statement[]): void {
    if (statements.length === 0) {
      this.#policies.remove(arn);
      return;
    }
    const policy = { Version: '2012-10-17', Id: 'default', Statement: statements };
    const document = JSON.stringify(policy);
    if (Buffer.byteLength(document) > maxPolicyBytes) {
      throw new AwsError(
        'PolicyLengthExceededException',
        `The final policy size (${Buffer.byteLength(document)}) is bigger than the limit (${maxPolicyBytes}).`,
      );
    }
    const problem = findPolicyProblem(document);
    if (problem !== undefined) throw invalidParameter(problem);
    this.#policies.put(arn, document);
  }
}

function checkPermission(permission: FunctionPermission): void {
  const { statementId, action, principal, functionUrlAuthType, invokedViaFunctionUrl } = permission;
  const constraints = new Constraints();
  constraints.matches('statementId', statementId, /^[a-zA-Z0-9-_]{1,100}$/);
  constraints.matches('action', action, /^(lambda:\*|lambda:[a-zA-Z]+|\*)$/);
  constraints.matches('principal', principal, /^[^\s]+$/);
  constraints.oneOf('functionUrlAuthType', functionUrlAuthType, ['NONE', 'AWS_IAM']);
  constraints.throwIfViolated();
  if (functionUrlAuthType !== undefined && action !== 'lambda:InvokeFunctionUrl') {
    throw invalidParameter(
      'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
    );
  }
  if (invokedViaFunctionUrl && action !== 'lambda:InvokeFunction') {
    throw invalidParameter(
      'InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action',
    );
  }
}

function toStatement(permission: FunctionPermission, resource: string): Statement {
  const { statementId, action, principal, sourceArn, sourceAccount } = permission;
  const { functionUrlAuthType: authType, invokedViaFunctionUrl } = permission;
  const equals = {
    ...(sourceAccount ? { 'AWS:SourceAccount': sourceAccount } : {}),
    ...(authType ? { 'lambda:FunctionUrlAuthType': authType } : {}),
  };
  const condition = {
    ...(sourceArn ? { ArnLike: { 'AWS:SourceArn': sourceArn } } : {}),
    ...(Object.keys(equals).length > 0 ? { StringEquals: equals } : {}),
    ...(invokedViaFunctionUrl ? { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } : {}),
  };
  return {
    Sid: statementId,
    Effect: 'Allow',
    Principal: toPrincipal(principal),
    Action: action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}

function toPrincipal(principal: string): unknown {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:${partition}:iam::${principal}:root` };
  if (principal.startsWith('arn:')) return { AWS: principal };
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/.test(principal)) return { Service: principal };
  throw invalidParameter(
    `The provided principal was invalid. Please check the principal and try again.`,
  );
}
