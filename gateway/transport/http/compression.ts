import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { type Coding, acceptedCoding } from './accept-encoding.js';

/** Minimum response size for compression, in bytes: smaller responses fit into one or two packets. */
export const COMPRESSED_FROM = 4096;

/**
 * Best first. zstd is last because some clients offer it without being able to decode it (fetch of Node.js 20).
 */
const CODINGS = ['br', 'gzip', 'zstd'] as const;

const zstd = promisify(zstdCompress);
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/**
 * All codings run on libuv's threads. Brotli's level 4 is about as fast as gzip's level 6 and compresses
 * better; its default, 11, takes a hundred times as long.
 */
const compressors: Readonly<Record<Coding, (body: string | Buffer) => Promise<Buffer>>> = {
  zstd: (body) => zstd(body),
  br: (body) => brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body) => deflate(body),
};

/** A compressed body. */
export interface Compressed {
  readonly coding: Coding;
  readonly body: Buffer;
}

/** Compresses a body with the best coding that `Accept-Encoding` accepts; undefined when it accepts none. */
export function compress(
  acceptEncoding: string | undefined,
  body: string | Buffer,
): Promise<Compressed> | undefined {
  const coding = acceptedCoding(acceptEncoding, CODINGS);
  return coding && compressors[coding](body).then((bytes) => ({ coding, body: bytes }));
}
