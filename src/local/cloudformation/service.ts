import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Service, WireRequest } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { changeSetActions } from './change-sets.ts';
import { errorResponse, parseForm, resultResponse } from './query-protocol.ts';
import type { Services } from './resources/handler.ts';
import { resourceHandlers } from './resources/index.ts';
import { stackActions } from './stack-actions.ts';
import { StackRepository } from './stack-repository.ts';
import { Stacks } from './stacks.ts';

const version = '2010-05-15';

/**
 * Creates the CloudFormation service. It deploys templates, including the Serverless transform, to the other services of the
 * runtime. A deployment is synchronous and commits in one transaction with all resources that it creates.
 */
export function createCloudFormation(options: { store: Store; url: () => string } & Services): {
  readonly service: Service;
} {
  const repository = new StackRepository(options.store);
  const findHandler = resourceHandlers(options);
  const stacks = new Stacks({ store: options.store, repository, findHandler }, options.s3);
  const actions = {
    ...stackActions(stacks, repository, options.url),
    ...changeSetActions(stacks, repository),
  };
  return {
    service: {
      name: 'cloudformation',
      protocol: {
        operation: (request) => parseForm(request).get('Action') ?? '',
        failure: errorResponse,
      },
      claims,
      handle(request) {
        try {
          if (!request.signature) {
            throw new AwsError(
              'MissingAuthenticationToken',
              'Request is missing Authentication Token',
              { status: 403 },
            );
          }
          const form = parseForm(request);
          const name = form.get('Action') ?? '';
          const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
          if (!action) {
            throw new AwsError('InvalidAction', `The local runtime does not implement ${name}`);
          }
          const result = options.store.transact(() => action(form, request.region));
          return resultResponse(name, result);
        } catch (error) {
          return errorResponse(asAwsError(error));
        }
      },
    },
  };
}

function claims(request: WireRequest): boolean {
  const { headers, method, path, signature } = request;
  if (signature?.service === 'cloudformation') return true;
  if (path !== '/' || (method !== 'POST' && method !== 'GET')) return false;
  if (headers['x-amz-target'] !== undefined) return false;
  return parseForm(request).get('Version') === version;
}
