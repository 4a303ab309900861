import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { type Coding, acceptedCoding } from './accept-encoding.js';

/** Bytes from which an answer is compressed: smaller ones fit into one or two packets, and would only wait. */
export const COMPRESSED_FROM = 4096;

/** Best first. Some clients offer zstd where their runtime cannot read it (fetch of Node.js 20); they offer the others, too. */
const CODINGS = ['br', 'gzip', 'zstd'] as const;

const zstd = promisify(zstdCompress);
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/**
 * All of it runs on libuv's threads. Brotli's level 4 is about as fast as gzip's 6 and smaller; its default, 11, takes a
 * hundred times as long.
 */
const compressors: Readonly<Record<Coding, (body: string | Buffer) => Promise<Buffer>>> = {
  zstd: (body) => zstd(body),
  br: (body) => brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body) => deflate(body),
};

/** A body in a coding. */
export interface Compressed {
  readonly coding: Coding;
  readonly body: Buffer;
}

/** Compresses a body in the best coding that `Accept-Encoding` takes; undefined when it takes none. */
export function compress(
  acceptEncoding: string | undefined,
  body: string | Buffer,
): Promise<Compressed> | undefined {
  const coding = acceptedCoding(acceptEncoding, CODINGS);
  return coding && compressors[coding](body).then((bytes) => ({ coding, body: bytes }));
}
