import { createHash } from 'node:crypto';
import { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import type { BucketCall } from './call.ts';
import { badDigest, type Checksum, computeChecksum, readChecksum } from './checksums.ts';
import { checkWriteConditions } from './conditions.ts';
import { invalidRequest, malformedXml } from './errors.ts';
import { encryptionHeaders, partSizesMember, versionHeaders } from './headers.ts';
import type { Part, Upload } from './upload-repository.ts';
import { requireUpload } from './uploads.ts';
import { checkElements, formatChecksums, formatElement, readElements, xmlResponse } from './xml.ts';

/** Minimum size of each part except the last (bytes). */
const minPartBytes = 5 * 1024 * 1024;
const servedElements =
  'CompleteMultipartUpload Part ETag PartNumber ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumSHA1 ChecksumSHA256';

/** A part as CompleteMultipartUpload lists it. */
interface ListedPart {
  readonly number: number;
  readonly etag: string;
  /** Base64. */
  readonly checksum: string | undefined;
}

/**
 * CompleteMultipartUpload: joins the listed parts to an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function completeUpload(call: BucketCall): WireResponse {
  const { objects, uploads, bucket, request } = call;
  const { headers, key } = request;
  const upload = requireUpload(call);
  const parts = selectParts(uploads.listParts(upload.id), readListedParts(call, upload));
  checkWriteConditions(objects.findObject(bucket.name, key), headers, key);
  const body = Buffer.concat(parts.map(({ number }) => uploads.readBody(upload.id, number)));
  checkSize(headers['x-amz-mp-object-size'], body.length);
  const checksums = computeChecksums(upload, parts, body);
  verifyRequested(readChecksum(headers), checksums, body);
  const stored = {
    ...(JSON.parse(upload.headers) as Record<string, string>),
    ...checksums,
    [partSizesMember]: JSON.stringify(parts.map(({ size }) => size)),
  };
  const object = objects.putObject(bucket, key, { body, headers: stored, etag: joinEtags(parts) });
  uploads.remove(upload.id);
  const response = xmlResponse(
    'CompleteMultipartUploadResult',
    formatElement(
      'Location',
      `http://${headers['host']}/${bucket.name}/${encodeURIComponent(key)}`,
    ) +
      formatElement('Bucket', bucket.name) +
      formatElement('Key', key) +
      formatElement('ETag', `"${object.etag}"`) +
      formatChecksums(checksums),
  );
  const more = { ...encryptionHeaders(stored), ...versionHeaders(object) };
  return { ...response, headers: { ...response.headers, ...more } };
}

function readListedParts({ request }: BucketCall, upload: Upload): ListedPart[] {
  const xml = request.body.toString('utf8');
  checkElements(xml, servedElements);
  const listed = [...xml.matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, part = '']) => ({
    number: Number(readElements(part, 'PartNumber')[0]),
    etag: (readElements(part, 'ETag')[0] ?? '').replaceAll('"', ''),
    checksum: upload.algorithm
      ? readElements(part, `Checksum${upload.algorithm.toUpperCase()}`)[0]
      : undefined,
  }));
  if (listed.length === 0) throw malformedXml('You must specify at least one part');
  if (listed.some(({ number }, index) => number <= (listed[index - 1]?.number ?? 0))) {
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
    );
  }
  const missing = listed.find(({ checksum }) => checksum === undefined);
  if (missing && upload.checksumType === 'COMPOSITE') {
    throw invalidRequest(
      `The upload was created using a ${upload.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${missing.number} in the request.`,
    );
  }
  return listed;
}

/** Returns the stored parts that a request lists. Throws InvalidPart or EntityTooSmall. */
function selectParts(stored: readonly Part[], listed: readonly ListedPart[]): Part[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const parts = listed.map(({ number, etag, checksum }) => {
    const part = byNumber.get(number);
    if (part?.etag === etag && (checksum ?? part.checksum) === part.checksum) return part;
    throw new AwsError(
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { fields: { PartNumber: String(number), ETag: etag } },
    );
  });
  const small = parts.slice(0, -1).find(({ size }) => size < minPartBytes);
  if (!small) return parts;
  throw new AwsError(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    {
      fields: {
        ProposedSize: String(small.size),
        MinSizeAllowed: String(minPartBytes),
        PartNumber: String(small.number),
        ETag: small.etag,
      },
    },
  );
}

function checkSize(header: string | undefined, size: number): void {
  if (header === undefined || Number(header) === size) return;
  throw invalidRequest(
    `The provided 'x-amz-mp-object-size' header value ${header} does not match what was computed: ${size}`,
  );
}

/** Returns the ETag of an object in parts: the digest of the parts' digests, and their number. */
function joinEtags(parts: readonly Part[]): string {
  const digests = parts.map(({ etag }) => Buffer.from(etag, 'hex'));
  return `${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}`;
}

/** Returns the checksum headers of an object in parts. A composite checksum is that of the parts' checksums. */
function computeChecksums(
  { algorithm, checksumType }: Upload,
  parts: readonly Part[],
  body: Buffer,
): Record<string, string> {
  if (!algorithm || !checksumType) return {};
  const isComposite = checksumType === 'COMPOSITE';
  const data = isComposite
    ? Buffer.concat(parts.map(({ checksum }) => Buffer.from(checksum ?? '', 'base64')))
    : body;
  const { value } = computeChecksum(algorithm, data);
  return {
    [`x-amz-checksum-${algorithm}`]: isComposite ? `${value}-${parts.length}` : value,
    'x-amz-checksum-type': checksumType,
  };
}

/** Throws BadDigest if a request contains another checksum than that of the object. */
function verifyRequested(
  requested: Checksum | undefined,
  computed: Readonly<Record<string, string>>,
  body: Buffer,
): void {
  if (!requested) return;
  const { algorithm, value } = requested;
  const actual = computed[`x-amz-checksum-${algorithm}`] ?? computeChecksum(algorithm, body).value;
  if (actual.replace(/-\d+$/, '') !== value.replace(/-\d+$/, '')) throw badDigest(algorithm);
}
