import { type Fields, isFields, type Resources } from '../templates/template.ts';
import { checkSamNames } from './properties.ts';

interface ConfiguredFunction {
  readonly id: string;
  /** The alias that SAM publishes, if any. */
  readonly alias: string | undefined;
  readonly attributes: Fields;
}

const names = ['DestinationConfig', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts'];

/**
 * Returns the configuration of asynchronous invocations that SAM creates for a function, for its alias or for `$LATEST`. An empty
 * configuration creates nothing.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventinvokeconfiguration.html
 */
export function expandEventInvokeConfig(
  { id, alias, attributes }: ConfiguredFunction,
  config: unknown,
): Resources {
  if (!isFields(config) || Object.keys(config).length === 0) return {};
  checkSamNames(id, { place: 'EventInvokeConfig', names }, config);
  const { DestinationConfig: destinations } = config;
  const places = ['OnSuccess', 'OnFailure'];
  checkSamNames(id, { place: 'DestinationConfig', names: places }, destinations);
  return {
    [`${id}EventInvokeConfig`]: {
      ...attributes,
      Type: 'AWS::Lambda::EventInvokeConfig',
      ...(alias === undefined ? {} : { DependsOn: [`${id}Alias${alias}`] }),
      Properties: { ...config, FunctionName: { Ref: id }, Qualifier: alias ?? '$LATEST' },
    },
  };
}
