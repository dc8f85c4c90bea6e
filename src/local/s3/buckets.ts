import { account } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import { readText } from './body.ts';
import { formatBucketArn } from './bucket-policy.ts';
import type { BucketCall, Call } from './call.ts';
import { malformedXml, notImplemented } from './errors.ts';
import { checkAcl } from './headers.ts';
import type { Bucket, ObjectRepository } from './repository.ts';
import { checkElements, formatElement, readElements, xmlResponse } from './xml.ts';

/** ListBuckets. */
export function listBuckets({ objects, request }: Call): WireResponse {
  const prefix = request.query.get('prefix') ?? '';
  const buckets = objects
    .listBuckets()
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, created }) => {
      const date = formatElement('CreationDate', new Date(created).toISOString());
      return `<Bucket>${formatElement('Name', name)}${date}</Bucket>`;
    });
  return xmlResponse(
    'ListAllMyBucketsResult',
    `<Owner>${formatElement('ID', account)}</Owner><Buckets>${buckets.join('')}</Buckets>`,
  );
}

/** Returns a bucket. Throws the error of S3 if it does not exist. */
export function requireBucket({ objects, request }: Call): Bucket {
  const bucket = objects.findBucket(request.bucketName);
  if (bucket) return bucket;
  if (request.method === 'HEAD') throw new AwsError('NotFound', '', { status: 404 });
  throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
    status: 404,
    fields: { BucketName: request.bucketName },
  });
}

/** CreateBucket. */
export function createBucket({ objects, request }: Call): WireResponse {
  const { bucketName: name, headers } = request;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
  }
  checkAcl(headers['x-amz-acl']);
  const ownership = headers['x-amz-object-ownership'] ?? 'BucketOwnerEnforced';
  if (ownership !== 'BucketOwnerEnforced') {
    throw notImplemented(
      `A header you provided implies functionality that is not implemented: x-amz-object-ownership ${ownership}`,
      { Header: 'x-amz-object-ownership' },
    );
  }
  const xml = readText(request);
  checkElements(xml, 'CreateBucketConfiguration LocationConstraint');
  const [location = request.region] = readElements(xml, 'LocationConstraint');
  if (location !== request.region) {
    throw new AwsError(
      'IllegalLocationConstraintException',
      `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  if (objects.findBucket(name)) {
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { status: 409, fields: { BucketName: name } },
    );
  }
  objects.createBucket(name);
  return { status: 200, headers: { location: `/${name}` } };
}

export function headBucket({ request }: BucketCall): WireResponse {
  return { status: 200, headers: { 'x-amz-bucket-region': request.region } };
}

/** DeleteBucket. Pending uploads do not keep a bucket; they are removed with it. */
export function deleteBucket({ objects, uploads, policies, bucket }: BucketCall): WireResponse {
  if (!objects.isEmpty(bucket.name)) {
    throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      status: 409,
      fields: { BucketName: bucket.name },
    });
  }
  for (const { id } of uploads.list(bucket.name)) uploads.remove(id);
  objects.deleteBucket(bucket.name);
  policies.remove(formatBucketArn(bucket.name));
  return { status: 204 };
}

/** GetBucketLocation. The location of us-east-1 is empty. */
export function getBucketLocation({ request }: BucketCall): WireResponse {
  return xmlResponse('LocationConstraint', request.region === 'us-east-1' ? '' : request.region);
}

export function getBucketVersioning({ bucket }: BucketCall): WireResponse {
  const status = [undefined, 'Enabled', 'Suspended'][bucket.versioned];
  return xmlResponse('VersioningConfiguration', formatElement('Status', status));
}

export function putBucketVersioning({ objects, bucket, request }: BucketCall): WireResponse {
  const xml = readText(request);
  checkElements(xml, 'VersioningConfiguration Status');
  const [status] = readElements(xml, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw malformedXml(`Status ${status ?? ''} is not Enabled or Suspended`);
  }
  objects.setVersioned(bucket.name, status === 'Enabled');
  return { status: 200 };
}

/** Settings that are stored and returned without an effect. */
interface SettingRow {
  readonly name: string;
  /** Status of a write, and the error of a read if there is no setting. */
  readonly written: number;
  readonly missing: readonly [code: string, message: string];
}

const settings: readonly SettingRow[] = [
  { name: 'tagging', written: 204, missing: ['NoSuchTagSet', 'The TagSet does not exist'] },
  {
    name: 'lifecycle',
    written: 200,
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
  {
    name: 'publicAccessBlock',
    written: 200,
    missing: [
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
    ],
  },
  {
    name: 'encryption',
    written: 200,
    missing: [
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
    ],
  },
];

/** Encryption of a bucket without a setting. */
const defaultEncryption =
  '<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>' +
  '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>' +
  '<BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>';

/** Writes, reads or deletes the setting of a bucket that the query names. */
export function handleSetting(call: BucketCall): WireResponse {
  const { objects, bucket, request } = call;
  const setting = settings.find(({ name }) => request.query.has(name));
  if (!setting) throw notImplemented('The local runtime does not implement this setting');
  if (request.method === 'PUT') {
    objects.putSetting(bucket.name, setting.name, readText(request));
    return { status: setting.written };
  }
  if (request.method === 'DELETE') {
    objects.removeSetting(bucket.name, setting.name);
    return { status: 204 };
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: readSetting(objects, bucket, setting),
  };
}

function readSetting(
  objects: ObjectRepository,
  bucket: Bucket,
  { name, missing }: SettingRow,
): string {
  const document = objects.findSetting(bucket.name, name);
  if (document !== undefined) return document;
  if (name === 'encryption') return defaultEncryption;
  const [code, message] = missing;
  throw new AwsError(code, message, { status: 404, fields: { BucketName: bucket.name } });
}
