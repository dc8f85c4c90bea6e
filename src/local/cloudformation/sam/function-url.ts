import {
  type Fields,
  isFields,
  parseIntrinsic,
  type ResourceDeclaration,
  type Resources,
} from '../templates/template.ts';
import { checkSamNames, invalidResource } from './properties.ts';

interface FunctionWithUrl {
  readonly id: string;
  /** Reference to the function or to the alias that SAM publishes. */
  readonly target: Fields;
  /** Attributes that the URL and its permissions share with the function. */
  readonly attributes: Partial<ResourceDeclaration>;
}

const names = ['AuthType', 'Cors', 'InvokeMode'];
const corsNames = [
  'AllowCredentials',
  'AllowHeaders',
  'AllowMethods',
  'AllowOrigins',
  'ExposeHeaders',
  'MaxAge',
];

/**
 * Returns the URL that SAM creates for a function or for its alias, with the permissions of everybody if it needs no signature. SAM does
 * not know the value of an intrinsic function, and creates no permissions then. An empty configuration creates nothing.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-functionurlconfig.html
 */
export function expandFunctionUrl(
  { id, target, attributes }: FunctionWithUrl,
  config: unknown,
): Resources {
  if (config === undefined) return {};
  if (!isFields(config)) {
    throw invalidResource(id, "Property 'FunctionUrlConfig' should be a map.");
  }
  if (Object.keys(config).length === 0) return {};
  checkSamNames(id, { place: 'FunctionUrlConfig', names }, config);
  const { Cors: cors, AuthType: authType } = config;
  checkSamNames(id, { place: 'FunctionUrlConfig.Cors', names: corsNames }, cors);
  if (authType !== 'NONE' && authType !== 'AWS_IAM' && !parseIntrinsic(authType)) {
    throw invalidResource(
      id,
      'AuthType is required to configure function property `FunctionUrlConfig`. Please provide either AWS_IAM or NONE.',
    );
  }
  const url = {
    ...attributes,
    Type: 'AWS::Lambda::Url',
    Properties: { ...config, TargetFunctionArn: target },
  };
  if (authType !== 'NONE') return { [`${id}Url`]: url };
  const permission = (Properties: Fields) => ({
    ...attributes,
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName: target, Principal: '*', ...Properties },
  });
  return {
    [`${id}Url`]: url,
    [`${id}UrlPublicPermissions`]: permission({
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
    [`${id}URLInvokeAllowPublicAccess`]: permission({
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  };
}
