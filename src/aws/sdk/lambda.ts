/** Exports only the names that are used: the bundle stays small and loads fast. */
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
export {
  type PauseDetailsField,
  PauseDurableExecutionCommand,
  ResumeDurableExecutionCommand,
} from './lambda-pausing.ts';
