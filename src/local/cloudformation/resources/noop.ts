import { account, partition } from '../../shared/account.ts';
import type { Fields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type ResourceHandler,
  type ResourceRequest,
} from './handler.ts';

/** Handles resources without effect on the local runtime. They have a name and an ARN in the format of AWS. */
export const noopHandler: ResourceHandler = {
  createOnly: ['Path', 'AlarmName', 'DashboardName', 'Name', 'StageName'],
  create(request) {
    const explicit = Object.entries(request.properties).find(([key]) => nameProperties.has(key));
    const physicalId = nonEmptyText(explicit?.[1]) ?? generateName(request);
    return { physicalId, attributes: buildAttributes(request, physicalId) };
  },
  update: (_, previous) => previous,
  remove: () => undefined,
};

const nameProperties = new Set(['AlarmName', 'DashboardName', 'Name', 'StageName', 'TopicName']);

function buildAttributes({ type, region }: ResourceRequest, name: string): Fields {
  const arn = (path: string) => `arn:${partition}:${path}`;
  switch (type) {
    case 'AWS::CloudWatch::Alarm':
      return { Arn: arn(`cloudwatch:${region}:${account}:alarm:${name}`) };
    default: {
      const service = type.split('::')[1]?.toLowerCase() ?? '';
      return { Arn: arn(`${service}:${region}:${account}:${name}`) };
    }
  }
}
