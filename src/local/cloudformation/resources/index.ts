import { bucketHandler } from './bucket.ts';
import {
  apiHandler,
  logGroupHandler,
  queueHandler,
  recordedHandler,
  tableHandler,
} from './data.ts';
import { aliasHandler, functionHandler, versionHandler } from './function.ts';
import type { Handler, Services } from './handler.ts';
import { ruleHandler } from './rule.ts';

/** The handler of every resource type; types without one of their own are recorded. */
export function resourceHandlers(services: Services): (type: string) => Handler {
  const handlers = new Map<string, Handler>([
    ['AWS::Lambda::Function', functionHandler(services)],
    ['AWS::Lambda::Version', versionHandler(services)],
    ['AWS::Lambda::Alias', aliasHandler(services)],
    ['AWS::DynamoDB::Table', tableHandler(services)],
    ['AWS::Logs::LogGroup', logGroupHandler(services)],
    ['AWS::S3::Bucket', bucketHandler(services)],
    ['AWS::SQS::Queue', queueHandler(services)],
    ['AWS::ApiGateway::RestApi', apiHandler(services)],
    ['AWS::Events::Rule', ruleHandler(services)],
  ]);
  return (type) => handlers.get(type) ?? recordedHandler;
}
