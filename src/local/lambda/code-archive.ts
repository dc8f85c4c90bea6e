import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { unzipSync } from 'fflate';
import { AwsError } from '../wire/aws-error.ts';

/** A function's unpacked code must be smaller than this (bytes). https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const unpackedBytesLimit = 262_144_000;

/**
 * Checks the archive of a function's code. Throws InvalidParameterValueException if it cannot be read, is empty, or has 250 MB or
 * more unpacked.
 */
export function checkArchive(archive: Uint8Array): void {
  let unpackedBytes = 0;
  let isReadable = true;
  try {
    // The sizes are read first, so that an archive that is too large is never unpacked.
    unzipSync(archive, {
      filter({ originalSize }) {
        unpackedBytes += originalSize;
        return false;
      },
    });
    if (unpackedBytes < unpackedBytesLimit) {
      isReadable = Object.keys(unzipSync(archive)).length > 0;
    }
  } catch {
    isReadable = false;
  }
  if (unpackedBytes >= unpackedBytesLimit) {
    throw invalid(`Unzipped size must be smaller than ${unpackedBytesLimit} bytes`);
  }
  if (!isReadable) {
    throw invalid(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  }
}

/** Writes the files of an archive into a folder. Entries that point outside the folder are skipped. */
export function unpackArchive(archive: Uint8Array, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of Object.entries(unzipSync(archive))) {
    const target = join(folder, path);
    if (path.endsWith('/') || !target.startsWith(folder + sep)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
