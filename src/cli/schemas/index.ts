/** Every schema of what commands print with `--json`, by the name of its file in the package. */

import { answeredSchema, callbacksSchema } from './callback.ts';
import { cancelSchema } from './cancel.ts';
import { costSchema } from './cost.ts';
import { deadLettersSchema, redrivenSchema } from './dead-letters.ts';
import { deploySchema } from './deploy.ts';
import { destroySchema } from './destroy.ts';
import { doctorSchema } from './doctor.ts';
import { documentOf, errorDocumentSchema } from './document.ts';
import {
  environmentNameSchema,
  environmentSchema,
  environmentsSchema,
  policySchema,
} from './environments.ts';
import { getSchema } from './get.ts';
import { historySchema, historyStreamSchema } from './history.ts';
import { inventorySchema, stockSchema } from './inventory.ts';
import { listSchema, listWatchSchema } from './list.ts';
import { loadEstimateSchema } from './load-estimate.ts';
import { loadReportSchema } from './load-test.ts';
import { loadTestSchema } from './load-test-stream.ts';
import { localSchemas } from './local.ts';
import { logsSchema } from './logs.ts';
import { metricsSchema, metricsStreamSchema } from './metrics.ts';
import { retrySchema } from './retry.ts';
import { decidedSchema, parkedSchema } from './review.ts';
import { submitSchema } from './submit.ts';
import { recountSchema, repairSchema, verifySchema } from './verify.ts';
import { pruneSchema, rollbackSchema, versionsSchema } from './versions.ts';
import { watchSchema } from './watch.ts';

const local = Object.fromEntries(
  Object.entries(localSchemas).map(([name, schema]) => [name, documentOf(schema)]),
);

export const schemas = {
  ...local,
  'callback-fail': documentOf(answeredSchema),
  'callback-heartbeat': documentOf(answeredSchema),
  'callback-list': documentOf(callbacksSchema),
  'callback-succeed': documentOf(answeredSchema),
  cancel: documentOf(cancelSchema),
  cost: documentOf(costSchema),
  'dead-letters-list': documentOf(deadLettersSchema),
  'dead-letters-redrive': documentOf(redrivenSchema),
  deploy: documentOf(deploySchema),
  destroy: documentOf(destroySchema),
  doctor: documentOf(doctorSchema),
  'env-list': documentOf(environmentsSchema),
  'env-remove': documentOf(environmentNameSchema),
  'env-show': documentOf(environmentSchema),
  'env-use': documentOf(environmentNameSchema),
  error: errorDocumentSchema,
  get: documentOf(getSchema),
  history: documentOf(historySchema),
  'history-stream': historyStreamSchema,
  'iam-deploy': documentOf(policySchema),
  'iam-observe': documentOf(policySchema),
  'iam-operate': documentOf(policySchema),
  'inventory-adjust': documentOf(stockSchema),
  'inventory-list': documentOf(inventorySchema),
  'inventory-recount': documentOf(recountSchema),
  'inventory-set': documentOf(stockSchema),
  list: documentOf(listSchema),
  'list-stream': listWatchSchema,
  'list-verify': documentOf(verifySchema),
  'load-test-dry-run': documentOf(loadEstimateSchema),
  'load-test-report': loadReportSchema,
  'load-test-stream': loadTestSchema,
  'logs-stream': logsSchema,
  metrics: documentOf(metricsSchema),
  'metrics-stream': metricsStreamSchema,
  retry: documentOf(retrySchema),
  repair: documentOf(repairSchema),
  'review-approve': documentOf(decidedSchema),
  'review-list': documentOf(parkedSchema),
  'review-reject': documentOf(decidedSchema),
  submit: documentOf(submitSchema),
  versions: documentOf(versionsSchema),
  'versions-prune': documentOf(pruneSchema),
  'versions-rollback': documentOf(rollbackSchema),
  'watch-stream': watchSchema,
};
