/** All schemas of `--json` output, by the name of their file in the package. */

import { orderSchema } from '../../../functions/contract/order.ts';
import { callbacksSchema, respondedSchema } from './callback.ts';
import { cancelSchema } from './cancel.ts';
import { costSchema } from './cost.ts';
import { deadLettersSchema, redrivenSchema } from './dead-letters.ts';
import { deploySchema } from './deploy.ts';
import { deployStreamSchema } from './deploy-stream.ts';
import { destroySchema } from './destroy.ts';
import { doctorSchema } from './doctor.ts';
import { createDocumentSchema, errorDocumentSchema } from './document.ts';
import {
  environmentNameSchema,
  environmentSchema,
  environmentsSchema,
  policiesSchema,
  serviceRoleSchema,
  settingsSchema,
} from './environments.ts';
import { getSchema } from './get.ts';
import { historySchema, historyStreamSchema } from './history.ts';
import { initSchema } from './init.ts';
import { inventorySchema, stockSchema } from './inventory.ts';
import { listColumnsSchema, listSchema, listWatchSchema } from './list.ts';
import { loadEstimateSchema } from './load-estimate.ts';
import { loadReportSchema } from './load-test.ts';
import { loadTestCompareSchema } from './load-test-compare.ts';
import { loadTestSchema } from './load-test-stream.ts';
import { localSchemas } from './local.ts';
import { logsSchema } from './logs.ts';
import { metricsSchema, metricsStreamSchema } from './metrics.ts';
import { linksSchema } from './open.ts';
import { outageChangeSchema, outagesSchema } from './outage.ts';
import { pauseSchema } from './pause.ts';
import { replaySchema } from './replay.ts';
import { retrySchema } from './retry.ts';
import { decidedBatchSchema, decidedSchema, ordersInReviewSchema } from './review.ts';
import { samplesSchema } from './samples.ts';
import { scalePlanSchema } from './scale-plan.ts';
import { submitBatchSchema, submitDryRunSchema, submitSchema } from './submit.ts';
import { recountSchema, repairSchema, verifySchema } from './verify.ts';
import { pruneSchema, rollbackSchema, versionsSchema } from './versions.ts';
import { watchSchema } from './watch.ts';

const local = Object.fromEntries(
  Object.entries(localSchemas).map(([name, schema]) => [name, createDocumentSchema(schema)]),
);

export const schemas = {
  ...local,
  'callback-fail': createDocumentSchema(respondedSchema),
  'callback-heartbeat': createDocumentSchema(respondedSchema),
  'callback-list': createDocumentSchema(callbacksSchema),
  'callback-succeed': createDocumentSchema(respondedSchema),
  cancel: createDocumentSchema(cancelSchema),
  config: createDocumentSchema(settingsSchema),
  cost: createDocumentSchema(costSchema),
  'dead-letters-list': createDocumentSchema(deadLettersSchema),
  'dead-letters-redrive': createDocumentSchema(redrivenSchema),
  deploy: createDocumentSchema(deploySchema),
  'deploy-stream': deployStreamSchema,
  destroy: createDocumentSchema(destroySchema),
  diff: createDocumentSchema(deploySchema),
  doctor: createDocumentSchema(doctorSchema),
  'env-add': createDocumentSchema(environmentNameSchema),
  'env-list': createDocumentSchema(environmentsSchema),
  'env-remove': createDocumentSchema(environmentNameSchema),
  'env-rename': createDocumentSchema(environmentNameSchema),
  'env-set': createDocumentSchema(environmentNameSchema),
  'env-show': createDocumentSchema(environmentSchema),
  'env-use': createDocumentSchema(environmentNameSchema),
  error: errorDocumentSchema,
  get: createDocumentSchema(getSchema),
  history: createDocumentSchema(historySchema),
  'history-stream': historyStreamSchema,
  'iam-deploy': createDocumentSchema(policiesSchema),
  'iam-observe': createDocumentSchema(policiesSchema),
  'iam-operate': createDocumentSchema(policiesSchema),
  'iam-service-role': createDocumentSchema(serviceRoleSchema),
  init: createDocumentSchema(initSchema),
  'inventory-adjust': createDocumentSchema(stockSchema),
  'inventory-list': createDocumentSchema(inventorySchema),
  'inventory-recount': createDocumentSchema(recountSchema),
  'inventory-set': createDocumentSchema(stockSchema),
  list: createDocumentSchema(listSchema),
  'list-columns': createDocumentSchema(listColumnsSchema),
  'list-stream': listWatchSchema,
  'list-verify': createDocumentSchema(verifySchema),
  'load-test-compare': createDocumentSchema(loadTestCompareSchema),
  'load-test-dry-run': createDocumentSchema(loadEstimateSchema),
  'load-test-report': loadReportSchema,
  'load-test-scale': createDocumentSchema(scalePlanSchema),
  'load-test-stream': loadTestSchema,
  'logs-stream': logsSchema,
  metrics: createDocumentSchema(metricsSchema),
  'metrics-stream': metricsStreamSchema,
  open: createDocumentSchema(linksSchema),
  'outage-list': createDocumentSchema(outagesSchema),
  'outage-start': createDocumentSchema(outageChangeSchema),
  'outage-stop': createDocumentSchema(outageChangeSchema),
  pause: createDocumentSchema(pauseSchema),
  resume: createDocumentSchema(pauseSchema),
  replay: createDocumentSchema(replaySchema),
  retry: createDocumentSchema(retrySchema),
  repair: createDocumentSchema(repairSchema),
  'review-approve': createDocumentSchema(decidedSchema),
  'review-approve-batch': createDocumentSchema(decidedBatchSchema),
  'review-list': createDocumentSchema(ordersInReviewSchema),
  'review-reject': createDocumentSchema(decidedSchema),
  'review-reject-batch': createDocumentSchema(decidedBatchSchema),
  'sample-list': createDocumentSchema(samplesSchema),
  'sample-show': createDocumentSchema(orderSchema),
  submit: createDocumentSchema(submitSchema),
  'submit-batch': createDocumentSchema(submitBatchSchema),
  'submit-dry-run': createDocumentSchema(submitDryRunSchema),
  versions: createDocumentSchema(versionsSchema),
  'versions-prune': createDocumentSchema(pruneSchema),
  'versions-rollback': createDocumentSchema(rollbackSchema),
  'watch-stream': watchSchema,
};
