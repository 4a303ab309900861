import { badRequest } from '../kinds/status.js';

/** Parsed target of a request line. */
export interface RequestTarget {
  /** Percent-encoded and not normalised: API servers do not resolve `..` or `//` either. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const SCHEME_AND_HOST = /^https?:\/\/[^/?]*/i;

/** Parses the target of a request line, `/path?query` or an absolute URL. Throws ApiError 400 on a malformed escape. */
export function readRequestTarget(target: string): RequestTarget {
  const relative = target.replace(SCHEME_AND_HOST, '');
  const at = relative.indexOf('?');
  const path = at < 0 ? relative : relative.slice(0, at);
  for (const segment of path.split('/')) decodeSegment(segment);
  return { path: path || '/', query: new URLSearchParams(at < 0 ? '' : relative.slice(at + 1)) };
}

/** Decodes a path segment. Throws ApiError 400 on a malformed escape. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`invalid URL escape in "${segment.slice(0, 100)}"`);
  }
}
