import { invalidArgument, notImplemented } from './errors.ts';

/** Returns the parts of a text of the form `[/]bucket/key[?versionId=id]`, which is percent-encoded. */
export function parseCopySource(text: string): { bucket: string; key: string; version?: string } {
  if (text.startsWith('arn:')) {
    throw notImplemented(
      'A header you provided implies functionality that is not implemented: x-amz-copy-source with an ARN',
      { Header: 'x-amz-copy-source' },
    );
  }
  const [, path = '', version] = /^(.*?)(?:\?versionId=(.*))?$/s.exec(text) ?? [];
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(path)) ?? [];
  if (!bucket || !key) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      text,
    );
  }
  return { bucket, key, ...(version ? { version } : {}) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument('Invalid copy source encoding.', 'x-amz-copy-source', text);
  }
}
