import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';

/** Length of a body from which API servers compress it. */
const LARGE = 128 * 1024;

/** Whether a body of the length is compressed for the client. */
export function isCompressed({ headers }: Pick<IncomingMessage, 'headers'>, length: number): boolean {
  return length > LARGE && /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
}

/** A stream whose data the response sends compressed. Both end together. */
export function compressedTo(response: ServerResponse): Writable {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // The response reports its errors itself.
  pipeline(gzip, response, () => undefined);
  return gzip;
}
