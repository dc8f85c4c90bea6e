import type { Iam } from '../iam/iam.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Service, UnverifiedRequest } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { permissionRules } from './access/permissions.ts';
import { restoreAccess } from './access/restore-access.ts';
import { errorResponse, parseForm, resultResponse } from './query-protocol.ts';
import { rejectUnknownParameters } from './request-parameters.ts';
import type { Services } from './resources/handler.ts';
import { resourceHandlers } from './resources/index.ts';
import { changeSetActions } from './stacks/change-sets.ts';
import { stackActions } from './stacks/stack-actions.ts';
import { StackRepository } from './stacks/stack-repository.ts';
import { Stacks } from './stacks/stacks.ts';
import { checkTemplateAccess } from './templates/template-url.ts';

const version = '2010-05-15';
const service = 'cloudformation.amazonaws.com';

/**
 * Creates the CloudFormation service. It deploys templates, including the Serverless transform, to the other services of the
 * runtime. A deployment is synchronous and commits in one transaction with all resources that it creates.
 */
export function createCloudFormation(
  options: {
    store: Store;
    url: () => string;
    readonly iam: Pick<Iam, 'canAssume'>;
  } & Services,
): {
  readonly service: Service;
} {
  const repository = new StackRepository(options.store);
  const findHandler = resourceHandlers(options);
  // Every deployment creates roles, unless an earlier version made it.
  if (options.iam.roles.list().length === 0) restoreAccess(options.store, repository, findHandler);
  const canAssume = (roleArn: string, sourceArn: string) =>
    options.iam.canAssume(roleArn, { kind: 'service', service, sourceArn });
  const stacks = new Stacks(
    { store: options.store, repository, findHandler, canAssume, parameters: options.parameters },
    options.s3,
  );
  const actions = {
    ...stackActions(stacks, repository, options.url),
    ...changeSetActions(stacks, repository),
  };
  const rules = permissionRules(repository);
  return {
    service: {
      name: 'cloudformation',
      protocol: {
        operation: (request) => parseForm(request).get('Action') ?? '',
        failure: errorResponse,
      },
      claims,
      permissions(request) {
        const form = parseForm(request);
        const name = form.get('Action') ?? '';
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        return rule?.(form, request.region) ?? [];
      },
      handle(request) {
        try {
          const form = parseForm(request);
          if (request.findDenial) checkTemplateAccess(form, request.findDenial);
          const name = form.get('Action') ?? '';
          const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
          if (!action) {
            throw new AwsError('InvalidAction', `The local runtime does not implement ${name}`);
          }
          rejectUnknownParameters(name, form);
          const result = options.store.transact(() =>
            action(form, request.region, request.findDenial),
          );
          return resultResponse(name, result);
        } catch (error) {
          return errorResponse(asAwsError(error));
        }
      },
    },
  };
}

function claims(request: UnverifiedRequest): boolean {
  const { headers, method, path, signature } = request;
  if (signature?.service === 'cloudformation') return true;
  if (path !== '/' || (method !== 'POST' && method !== 'GET')) return false;
  if (headers['x-amz-target'] !== undefined) return false;
  return parseForm(request).get('Version') === version;
}
