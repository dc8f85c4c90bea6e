import { partition } from '../../wire/http.ts';
import { isFields } from '../template.ts';
import {
  generatedName,
  type Handler,
  optionalText,
  type Physical,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** S3's limit for a bucket's name. */
const longestName = 63;

/** AWS::S3::Bucket: `Ref` is its name. What keeps people out is recorded only: there is nobody to keep out. */
export function bucketHandler({ objects }: Services): Handler {
  const put = ({ properties, region }: ResourceRequest, name: string): Physical => {
    const versioning = properties['VersioningConfiguration'];
    objects.putBucket(name, {
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
      const generated = generatedName(request).toLowerCase().slice(-longestName);
      return put(request, optionalText(request.properties['BucketName']) ?? generated);
    },
    update: (request, { physicalId }) => put(request, physicalId),
    remove({ physicalId }) {
      if (!objects.deleteBucket(physicalId)) {
        throw new Error(`The bucket ${physicalId} you tried to delete is not empty`);
      }
    },
  };
}
