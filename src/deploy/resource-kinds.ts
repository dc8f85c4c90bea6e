const kinds: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'function',
  'AWS::Lambda::Version': 'function version',
  'AWS::Lambda::Alias': 'function alias',
  'AWS::Lambda::Permission': 'function permission',
  'AWS::ApiGateway::RestApi': 'API',
  'AWS::ApiGateway::Deployment': 'API deployment',
  'AWS::ApiGateway::Stage': 'API stage',
  'AWS::DynamoDB::Table': 'table',
  'AWS::Logs::LogGroup': 'log group',
  'AWS::IAM::Role': 'role',
};

/** Returns a noun for a resource type. For a type that is not listed, it is the last part of the type. */
export function resourceKind(type: string): string {
  const last = type.split('::').at(-1) ?? type;
  return kinds[type] ?? last.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
