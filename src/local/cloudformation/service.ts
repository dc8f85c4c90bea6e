import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Service, WireRequest } from '../wire/http.ts';
import { asAwsError } from '../wire/json.ts';
import { changeSetActions } from './change-sets.ts';
import { answer, failure, formOf } from './query-protocol.ts';
import type { Services } from './resources/handler.ts';
import { resourceHandlers } from './resources/index.ts';
import { stackActions } from './stack-actions.ts';
import { StackRepository } from './stack-repository.ts';
import { Stacks } from './stacks.ts';

const version = '2010-05-15';

/**
 * CloudFormation: deploys a template, Serverless transform included, to the other services of the runtime. A
 * deployment runs at once and commits with everything it made.
 */
export function createCloudFormation(options: { store: Store; url: () => string } & Services): {
  readonly service: Service;
} {
  const repository = new StackRepository(options.store);
  const handlers = resourceHandlers(options);
  const stacks = new Stacks({ store: options.store, repository, handlers }, options.objects);
  const actions = {
    ...stackActions(stacks, repository, options.url),
    ...changeSetActions(stacks, repository),
  };
  return {
    service: {
      name: 'cloudformation',
      protocol: {
        operation: (request) => formOf(request).get('Action') ?? '',
        failure,
      },
      claims,
      handle(request) {
        try {
          if (!request.headers.authorization) {
            throw new AwsError(
              'MissingAuthenticationToken',
              'Request is missing Authentication Token',
              { status: 403 },
            );
          }
          const form = formOf(request);
          const name = form.get('Action') ?? '';
          const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
          if (!action) {
            throw new AwsError('InvalidAction', `The local runtime does not implement ${name}`);
          }
          const result = options.store.transact(() => action(form, request.region));
          return answer(name, result);
        } catch (error) {
          return failure(asAwsError(error));
        }
      },
    },
  };
}

function claims(request: WireRequest): boolean {
  const { headers, method, path } = request;
  if (headers.authorization?.includes('/cloudformation/aws4_request')) return true;
  if (path !== '/' || (method !== 'POST' && method !== 'GET')) return false;
  if (headers['x-amz-target'] !== undefined) return false;
  return formOf(request).get('Version') === version;
}
