import { invalid } from '../query-protocol.ts';
import { type Fields, isFields, type Resources, type Template } from '../templates/template.ts';
import { implicitApi } from './implicit-api.ts';
import { expandRuleEvent } from './rule-events.ts';

interface FunctionEvents {
  /** Logical id of the function. */
  readonly id: string;
  readonly events: unknown;
  /** `Ref` to the function or to its alias. */
  readonly target: unknown;
  readonly attributes: Fields;
}

/**
 * Returns the permissions and rules that SAM creates for the events of a function. `decide` replaces a `Ref` to a parameter. Throws
 * ValidationError for an event of another type.
 */
export function expandEvents(
  { id, events, target, attributes }: FunctionEvents,
  { Resources: resources }: Template,
  decide: (value: unknown) => unknown,
): Resources {
  const readStage = (api: string) =>
    Object.hasOwn(resources, api) ? decide(resources[api]?.Properties?.['StageName']) : undefined;
  const expanded: Resources = {};
  for (const [name, event] of Object.entries(isFields(events) ? events : {})) {
    const { Type, Properties } = isFields(event) ? event : {};
    const properties = isFields(Properties) ? Properties : {};
    const logicalId = `${id}${name}`;
    if (Type === 'Api') {
      const stage = readStage(findApi(properties));
      const suffix = typeof stage === 'string' ? stage : '';
      const permission = { ...attributes, ...permitApi(target, properties) };
      expanded[`${logicalId}Permission${suffix}`] = permission;
    } else if (Type === 'EventBridgeRule' || Type === 'CloudWatchEvent') {
      const rule = { id: logicalId, functionId: id, type: Type, target, attributes } as const;
      Object.assign(expanded, expandRuleEvent(rule, properties));
    } else {
      throw invalid(
        `Resource ${id}: the local runtime does not implement the event ${name} of type ${String(Type)}; it supports only Api, ` +
          'EventBridgeRule and CloudWatchEvent',
      );
    }
  }
  return expanded;
}

/** Returns the logical id of the API of an event; an empty string if it is given in another form. */
function findApi({ RestApiId: api = { Ref: implicitApi } }: Fields): string {
  return isFields(api) && typeof api['Ref'] === 'string' ? api['Ref'] : '';
}

function permitApi(
  target: unknown,
  { RestApiId: api = { Ref: implicitApi }, Path: path, Method: method }: Fields,
): { readonly Type: string; readonly Properties: Fields } {
  return {
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

/** Returns the end of the ARN of a method. Each path parameter is a `*`. */
function toPattern(method: unknown, path: unknown): string {
  const verb = String(method).toUpperCase();
  const pattern = String(path).replaceAll(/\{[^}]+\}/g, '*');
  return `${verb === 'ANY' ? '*' : verb}${pattern}`;
}
