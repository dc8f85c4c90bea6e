import { partition } from '../../shared/account.ts';
import { isFields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** S3's limit for the length of a bucket name. */
const maxNameLength = 63;

/** AWS::S3::Bucket: `Ref` is its name. Access settings are stored without effect. */
export function bucketHandler({ s3 }: Services): ResourceHandler {
  const put = ({ properties, region }: ResourceRequest, name: string): PhysicalResource => {
    const versioning = properties['VersioningConfiguration'];
    s3.putBucket(name, {
      versioned: isFields(versioning) && versioning['Status'] === 'Enabled',
    });
    const domain = `${name}.s3.amazonaws.com`;
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:${partition}:s3:::${name}`,
        DomainName: domain,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      },
    };
  };
  return {
    createOnly: ['BucketName'],
    create(request) {
      const generated = generateName(request).toLowerCase().slice(-maxNameLength);
      return put(request, nonEmptyText(request.properties['BucketName']) ?? generated);
    },
    update: (request, { physicalId }) => put(request, physicalId),
    remove({ physicalId }) {
      if (!s3.deleteBucket(physicalId)) {
        throw new Error(`The bucket ${physicalId} you tried to delete is not empty`);
      }
    },
  };
}
