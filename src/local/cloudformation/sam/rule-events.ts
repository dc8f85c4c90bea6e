import { type Fields, isFields, parseIntrinsic, type Resources } from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

interface RuleEvent {
  /** Logical id of the rule. */
  readonly id: string;
  readonly functionId: string;
  readonly type: 'EventBridgeRule' | 'CloudWatchEvent';
  /** `Ref` to the function or to its alias. */
  readonly target: unknown;
  readonly attributes: Fields;
}

/** Properties that SAM hands on to the target of the rule, whose handler checks them. */
const targetProperties = ['Input', 'InputPath', 'RetryPolicy'];

const properties: Readonly<Record<RuleEvent['type'], readonly string[]>> = {
  EventBridgeRule: ['Pattern', 'RuleName', 'State', 'Target', ...targetProperties],
  CloudWatchEvent: ['Pattern', 'State', 'Enabled', 'Target', ...targetProperties],
};

/**
 * Returns the rule that SAM creates for an event of a function, and the permission of the rule to invoke the function.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventbridgerule.html
 */
export function expandRuleEvent(event: RuleEvent, given: Fields): Resources {
  const { id, functionId, type, target, attributes } = event;
  checkSamNames(functionId, { place: `the event ${type}`, names: properties[type] }, given);
  const { Pattern, RuleName, State, Enabled, Target } = given;
  if (Pattern === undefined) {
    throw invalidResource(functionId, `Event of type ${type} must have a Pattern.`);
  }
  checkSamNames(functionId, { place: `Target of the event ${type}`, names: ['Id'] }, Target);
  const state = Enabled === undefined ? State : Enabled === true ? 'ENABLED' : 'DISABLED';
  const { Id = `${id}LambdaTarget` } = isFields(Target) ? Target : {};
  const passed = targetProperties.filter((name) => given[name] !== undefined);
  return {
    [id]: {
      ...attributes,
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: Pattern,
        ...(RuleName === undefined ? {} : { Name: RuleName }),
        ...(state === undefined ? {} : { State: state }),
        Targets: [
          {
            Arn: toArn(target),
            Id,
            ...Object.fromEntries(passed.map((name) => [name, given[name]])),
          },
        ],
      },
    },
    [`${id}Permission`]: {
      ...attributes,
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: target,
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [id, 'Arn'] },
      },
    },
  };
}

/** Returns the ARN of a target: `Ref` of an alias is one, `Ref` of a function is a name. */
function toArn(target: unknown): unknown {
  const [, name] = parseIntrinsic(target) ?? [];
  return String(name).includes('.') ? target : { 'Fn::GetAtt': [name, 'Arn'] };
}
