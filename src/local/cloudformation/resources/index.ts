import { apiHandler, deploymentHandler, stageHandler } from './api.ts';
import { apiMethodHandler, apiResourceHandler } from './api-methods.ts';
import { bucketHandler } from './bucket.ts';
import { logGroupHandler, queueHandler, tableHandler } from './data.ts';
import { eventInvokeConfigHandler } from './event-invoke-config.ts';
import { aliasHandler, functionHandler, versionHandler } from './function.ts';
import { functionUrlHandler } from './function-url.ts';
import type { ResourceHandler, Services } from './handler.ts';
import { managedPolicyHandler, policyHandler, roleHandler, rolePolicyHandler } from './iam.ts';
import { noopHandler } from './noop.ts';
import { bucketPolicyHandler, permissionHandler, queuePolicyHandler } from './resource-policies.ts';
import { ruleHandler } from './rule.ts';
import { parameterHandler } from './ssm-parameter.ts';

/** Returns a function that finds the handler of a resource type. Types without a handler get the no-op handler. */
export function resourceHandlers(services: Services): (type: string) => ResourceHandler {
  const handlers = new Map<string, ResourceHandler>([
    ['AWS::Lambda::Function', functionHandler(services)],
    ['AWS::Lambda::Version', versionHandler(services)],
    ['AWS::Lambda::Alias', aliasHandler(services)],
    ['AWS::Lambda::EventInvokeConfig', eventInvokeConfigHandler(services)],
    ['AWS::Lambda::Url', functionUrlHandler(services)],
    ['AWS::DynamoDB::Table', tableHandler(services)],
    ['AWS::Logs::LogGroup', logGroupHandler(services)],
    ['AWS::S3::Bucket', bucketHandler(services)],
    ['AWS::SQS::Queue', queueHandler(services)],
    ['AWS::ApiGateway::RestApi', apiHandler(services)],
    ['AWS::ApiGateway::Deployment', deploymentHandler(services)],
    ['AWS::ApiGateway::Stage', stageHandler(services)],
    ['AWS::ApiGateway::Resource', apiResourceHandler(services)],
    ['AWS::ApiGateway::Method', apiMethodHandler(services)],
    ['AWS::Events::Rule', ruleHandler(services)],
    ['AWS::IAM::Role', roleHandler(services)],
    ['AWS::IAM::Policy', policyHandler(services)],
    ['AWS::IAM::RolePolicy', rolePolicyHandler(services)],
    ['AWS::IAM::ManagedPolicy', managedPolicyHandler(services)],
    ['AWS::Lambda::Permission', permissionHandler(services)],
    ['AWS::SSM::Parameter', parameterHandler(services)],
    ['AWS::SQS::QueuePolicy', queuePolicyHandler(services)],
    ['AWS::S3::BucketPolicy', bucketPolicyHandler(services)],
  ]);
  return (type) => handlers.get(type) ?? noopHandler;
}
