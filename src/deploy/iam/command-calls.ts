/** The requests to AWS that each command makes. A test records the requests of all commands and compares them with this table. */
import type { ResourceKindName } from './resources.ts';

/** Actions by the kind of their resource. */
export type Calls = Readonly<Partial<Record<ResourceKindName, readonly string[]>>>;

/** The requests of a command. */
export interface CommandCalls {
  /** Requests without which the command fails, or cannot do what its flags ask for. */
  readonly needs: readonly Calls[];
  /** Requests that only add detail: the command works without the permission. */
  readonly uses?: readonly Calls[];
}

const findStack: Calls = { Stack: ['cloudformation:DescribeStacks'] };
const listOrders: Calls = { Listing: ['dynamodb:Query'] };
const readStates: Calls = { OrderStates: ['dynamodb:BatchGetItem'] };
const listExecutions: Calls = { DurableFunctions: ['lambda:ListDurableExecutionsByFunction'] };
const readOrder: Calls = { OrdersTable: ['dynamodb:GetItem'] };
const readOrders: Calls = { OrdersTable: ['dynamodb:BatchGetItem'] };
const updateOrder: Calls = { OrdersTable: ['dynamodb:UpdateItem'] };
const readExecution: Calls = { Executions: ['lambda:GetDurableExecution'] };
const readHistory: Calls = { Executions: ['lambda:GetDurableExecutionHistory'] };
const stopExecution: Calls = { Executions: ['lambda:StopDurableExecution'] };
const resumeExecution: Calls = { Executions: ['lambda:ResumeDurableExecution'] };
const readLogs: Calls = { LogLines: ['logs:FilterLogEvents'] };
const startOrder: Calls = { LiveAlias: ['lambda:InvokeFunction'] };
const callApi: Calls = { Api: ['execute-api:Invoke'] };
const updateStock: Calls = { ProductsTable: ['dynamodb:UpdateItem'] };
const readStock: Calls = { ProductsTable: ['dynamodb:BatchGetItem'] };
const scanStock: Calls = { ProductsTable: ['dynamodb:Scan'] };
const readOutages: Calls = { ProviderCallsTable: ['dynamodb:GetItem'] };
const changeOutages: Calls = { ProviderCallsTable: ['dynamodb:UpdateItem'] };
const countDeadLetters: Calls = { DeadLetters: ['sqs:GetQueueAttributes'] };
/** Received messages become visible again at once. */
const receiveDeadLetters: Calls = {
  DeadLetters: ['sqs:ChangeMessageVisibility', 'sqs:ReceiveMessage'],
};
/** All records of an order's side effects. */
const readSideEffects: Calls = {
  PaymentsTable: ['dynamodb:BatchGetItem', 'dynamodb:Scan'],
  LoyaltyTable: ['dynamodb:BatchGetItem'],
  ProviderCallsTable: ['dynamodb:Query'],
};
const readBalance: Calls = { LoyaltyTable: ['dynamodb:Query'] };
const readVersions: Calls = {
  DurableFunctions: ['lambda:GetAlias', 'lambda:ListVersionsByFunction'],
};
const completeCallback: Calls = { Executions: ['lambda:SendDurableExecutionCallbackSuccess'] };
const startRecovery: Calls = { RecoveryAlias: ['lambda:InvokeFunction'] };
const watchRecovery: Calls = { RecoveryExecutions: ['lambda:GetDurableExecution'] };
const listVersions: Calls = { DurableFunctions: ['lambda:ListVersionsByFunction'] };
const readAccount: Calls = { Account: ['lambda:GetAccountSettings'] };

/** Resolves a reference to an order: an id, a prefix or `latest`. */
const locateOrder = [findStack, listOrders, listExecutions];
const findOrder = [...locateOrder, readStates];
const watchDetails = [readExecution, readHistory];

const planStack: Calls = {
  Stack: [
    'cloudformation:CreateChangeSet',
    'cloudformation:DeleteChangeSet',
    'cloudformation:DeleteStack',
    'cloudformation:DescribeChangeSet',
    'cloudformation:DescribeEvents',
    'cloudformation:DescribeStacks',
  ],
  Bucket: [
    's3:CreateBucket',
    's3:ListBucket',
    's3:PutBucketPolicy',
    's3:PutBucketPublicAccessBlock',
    's3:PutBucketVersioning',
    's3:PutLifecycleConfiguration',
  ],
  Archives: ['s3:GetObject', 's3:PutObject'],
};
const followStack: Calls = { Stack: ['cloudformation:DescribeStackEvents'] };
const removeStack: Calls = {
  Stack: [
    'cloudformation:DeleteStack',
    'cloudformation:GetTemplate',
    'cloudformation:ListStackResources',
  ],
  OrdersTable: ['dynamodb:DescribeTable'],
  Bucket: ['s3:DeleteBucket', 's3:ListBucket', 's3:ListBucketVersions'],
  Archives: ['s3:DeleteObjectVersion'],
};
const checkSettings: Calls = {
  Stack: ['cloudformation:GetTemplate'],
  Tables: ['dynamodb:DescribeTable'],
  DeadLetters: ['sqs:GetQueueAttributes'],
  Account: ['logs:DescribeLogGroups'],
};

/**
 * By command, with the flag if only that flag makes the request: `list --paused` also makes the requests of `list`. Commands
 * that are not listed make no request to AWS.
 */
export const commandCalls: Readonly<Record<string, CommandCalls>> = {
  list: { needs: [findStack, listOrders, readStates] },
  // With a column for an e-mail address or a phone number.
  'list --columns': { needs: [readOrders] },
  'list --paused': { needs: [listExecutions] },
  watch: { needs: findOrder, uses: watchDetails },
  metrics: { needs: [findStack, listOrders, readStates, listExecutions] },
  // The health pane makes the requests of `doctor`, `metrics` and `outage list`; an action makes the requests of its command.
  ui: {
    needs: [findStack, listOrders, readStates, listExecutions],
    uses: [...watchDetails, readOrder, readLogs, countDeadLetters, receiveDeadLetters],
  },
  doctor: {
    needs: [findStack, listOrders, readStates, listExecutions, readVersions, checkSettings],
    uses: [readAccount, callApi, ...watchDetails],
  },
  versions: { needs: [findStack, listExecutions, readVersions] },
  'review list': { needs: [findStack, listOrders, readStates] },

  get: { needs: [...findOrder, readOrder], uses: [readExecution] },
  history: { needs: [...findOrder, readOrder, readHistory] },
  'history --html': { needs: [readLogs] },
  open: { needs: [...findOrder, readOrder] },
  replay: { needs: [...findOrder, readOrder, readHistory, listVersions] },
  logs: { needs: [...findOrder, readLogs] },
  'watch --with-logs': { needs: [readLogs] },
  'list --verify': {
    needs: [
      readOrders,
      listExecutions,
      scanStock,
      readSideEffects,
      readBalance,
      receiveDeadLetters,
      readHistory,
    ],
  },
  'callback list': { needs: [...findOrder, readHistory] },
  'inventory list': { needs: [findStack, scanStock] },
  'dead-letters list': { needs: [findStack, readStates, listExecutions, receiveDeadLetters] },

  submit: { needs: [findStack, startOrder, listExecutions] },
  'submit --watch': { needs: [readStates], uses: watchDetails },
  'submit --via api': { needs: [callApi] },
  retry: {
    needs: [...locateOrder, readOrder, readOrders, updateOrder, startOrder],
    uses: [readExecution],
  },
  cancel: { needs: [...findOrder, updateOrder, stopExecution], uses: [readExecution] },
  pause: {
    needs: [
      ...findOrder,
      readExecution,
      listVersions,
      { Executions: ['lambda:PauseDurableExecution'] },
    ],
  },
  resume: { needs: [...findOrder, readExecution, resumeExecution] },
  'review approve': { needs: [...findOrder, readOrder, readExecution, completeCallback] },
  'review reject': { needs: [...findOrder, readOrder, readExecution, completeCallback] },
  'callback succeed': { needs: [...findOrder, readHistory, completeCallback] },
  'callback fail': {
    needs: [
      ...findOrder,
      readHistory,
      { Executions: ['lambda:SendDurableExecutionCallbackFailure'] },
    ],
  },
  'callback heartbeat': {
    needs: [
      ...findOrder,
      readHistory,
      { Executions: ['lambda:SendDurableExecutionCallbackHeartbeat'] },
    ],
  },
  repair: {
    needs: [
      ...locateOrder,
      readOrders,
      readExecution,
      readHistory,
      readSideEffects,
      readBalance,
      updateOrder,
      startRecovery,
      watchRecovery,
    ],
  },
  'inventory set': { needs: [findStack, readStock, updateStock] },
  'inventory adjust': { needs: [findStack, readStock, updateStock] },
  'inventory recount': {
    needs: [findStack, listOrders, readOrders, listExecutions, scanStock, readStock, updateStock],
  },
  'outage list': { needs: [findStack, readOutages] },
  'outage start': { needs: [findStack, changeOutages] },
  'outage stop': { needs: [findStack, changeOutages] },
  'dead-letters redrive': {
    needs: [
      findStack,
      listExecutions,
      readOrders,
      updateOrder,
      receiveDeadLetters,
      { DeadLetters: ['sqs:DeleteMessage'] },
      startOrder,
      startRecovery,
    ],
    uses: [readExecution],
  },
  'load-test': {
    needs: [findStack, startOrder, readOrders, listExecutions, readStock, readSideEffects],
    uses: [readAccount],
  },

  deploy: {
    needs: [
      planStack,
      followStack,
      { Stack: ['cloudformation:ExecuteChangeSet'] },
      listExecutions,
      readVersions,
      startOrder,
    ],
    uses: [callApi],
  },
  'deploy --smoke': { needs: [readStates], uses: watchDetails },
  'deploy --canary': {
    needs: [
      { Stack: ['cloudformation:ListStackResources'] },
      { DurableFunctions: ['lambda:UpdateAlias'] },
      readStates,
    ],
    uses: [{ Account: ['cloudwatch:DescribeAlarms'] }],
  },
  diff: { needs: [planStack, listExecutions, readVersions] },
  destroy: { needs: [findStack, removeStack, followStack, listExecutions] },
  'destroy --running': { needs: [updateOrder, stopExecution, resumeExecution] },
  'versions rollback': {
    needs: [findStack, readVersions, { DurableFunctions: ['lambda:UpdateAlias'] }],
  },
  'versions prune': {
    needs: [
      findStack,
      listExecutions,
      readVersions,
      { DurableFunctions: ['lambda:DeleteFunction'] },
    ],
  },
};
