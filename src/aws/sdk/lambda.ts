/** What is used of the SDK, by name: a bundle holds no more of it, and loads the faster. */
export {
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  ListVersionsByFunctionCommand,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
