import { invalid } from './query-protocol.ts';
import { implicitApi } from './sam-implicit-api.ts';
import { type Fields, isFields, type Resources, type Template } from './template.ts';

interface FunctionEvents {
  /** Logical id of the function. */
  readonly id: string;
  readonly events: unknown;
  /** `Ref` to the function or to its alias. */
  readonly target: unknown;
  readonly attributes: Fields;
}

/**
 * Returns the permissions that SAM creates for the events of a function. `decide` replaces a `Ref` to a parameter. Throws
 * ValidationError for an event of another type.
 */
export function expandEvents(
  { id, events, target, attributes }: FunctionEvents,
  { Resources: resources }: Template,
  decide: (value: unknown) => unknown,
): Resources {
  const permissions: Resources = {};
  for (const [name, event] of Object.entries(isFields(events) ? events : {})) {
    const { Type, Properties } = isFields(event) ? event : {};
    const properties = isFields(Properties) ? Properties : {};
    const { RestApiId: api = { Ref: implicitApi }, Path: path, Method: method } = properties;
    if (Type !== 'Api') {
      throw invalid(
        `Resource ${id}: the local runtime does not implement the event ${name} of type ${String(Type)}; it supports only Api`,
      );
    }
    const apiId = isFields(api) && typeof api['Ref'] === 'string' ? api['Ref'] : '';
    const stage = Object.hasOwn(resources, apiId)
      ? decide(resources[apiId]?.Properties?.['StageName'])
      : undefined;
    permissions[`${id}${name}Permission${typeof stage === 'string' ? stage : ''}`] = {
      ...attributes,
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: target,
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': [
            `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/${toPattern(method, path)}`,
            { Api: api },
          ],
        },
      },
    };
  }
  return permissions;
}

/** Returns the end of the ARN of a method. Each path parameter is a `*`. */
function toPattern(method: unknown, path: unknown): string {
  const verb = String(method).toUpperCase();
  const pattern = String(path).replaceAll(/\{[^}]+\}/g, '*');
  return `${verb === 'ANY' ? '*' : verb}${pattern}`;
}
