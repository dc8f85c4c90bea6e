import { describe, expect, it } from 'vitest';
import { checkDefinition, checkMethods } from '../../../src/local/apigateway/check-definition.ts';

const uri =
  'arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:f/invocations';

const define = (integration: object, method: object = {}, api: object = {}) => ({
  ...api,
  paths: {
    '/a': {
      get: {
        ...method,
        'x-amazon-apigateway-integration': { type: 'aws', httpMethod: 'POST', uri, ...integration },
      },
    },
  },
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
describe('a definition with a part that is not implemented is rejected by its name', () => {
  it.each<[string, object]>([
    ['credentials', define({ credentials: 'arn:aws:iam::000000000000:role/r' })],
    ['cacheNamespace', define({ cacheNamespace: 'n' })],
    ['invented', define({ invented: 1 })],
    ['http_proxy', define({ type: 'http_proxy' })],
    ['s3:path', define({ uri: 'arn:aws:apigateway:us-east-2:s3:path/bucket' })],
    ['contentHandling', define({ responses: { default: { contentHandling: 'CONVERT_TO_TEXT' } } })],
    [
      'integration.response.cookie.a',
      define({
        responses: { default: { responseParameters: { b: 'integration.response.cookie.a' } } },
      }),
    ],
    ['method.request.cookie.a', define({ requestParameters: { b: 'method.request.cookie.a' } })],
    ['api_key', define({}, { security: [{ api_key: [] }] })],
    ['x-amazon-apigateway-auth', define({}, { 'x-amazon-apigateway-auth': {} })],
    ['x-amazon-apigateway-policy', define({}, {}, { 'x-amazon-apigateway-policy': {} })],
    [
      'binary media types specified: ["png"]',
      define({}, {}, { 'x-amazon-apigateway-binary-media-types': ['png'] }),
    ],
    ['trace', { paths: { '/a': { trace: {} } } }],
  ])('%s', (name, definition) => {
    expect(() => checkDefinition(definition as Record<string, unknown>)).toThrow(name);
  });
});

it('deploys only a definition that has methods, each with an integration', () => {
  expect(() => checkMethods({ paths: {} })).toThrow("doesn't contain any methods");
  expect(() => checkMethods({ paths: { '/a': { get: {} } } })).toThrow('No integration defined');
  expect(() => checkMethods(define({}))).not.toThrow();
});
