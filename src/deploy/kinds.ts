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

/** A resource's type in words; of one that is not listed here, its own last part. */
export function kindOf(type: string): string {
  const last = type.split('::').at(-1) ?? type;
  return kinds[type] ?? last.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
