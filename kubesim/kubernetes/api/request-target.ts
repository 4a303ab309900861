import { badRequest } from '../kinds/status.js';

/** Parsed target of a request line. */
export interface RequestTarget {
  /** Percent-encoded and not normalised: API servers do not resolve `..` or `//` either. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it was written: empty, or with its question mark. */
  readonly search: string;
}

const SCHEME_AND_HOST = /^https?:\/\/[^/?]*/i;

/** Parses the target of a request line, `/path?query` or an absolute URL. Throws ApiError 400 on a malformed escape. */
export function readRequestTarget(target: string): RequestTarget {
  const relative = target.replace(SCHEME_AND_HOST, '');
  const at = relative.indexOf('?');
  const path = at < 0 ? relative : relative.slice(0, at);
  for (const segment of path.split('/')) decodeSegment(segment);
  const search = at < 0 ? '' : relative.slice(at);
  return { path: path || '/', query: new URLSearchParams(search), search };
}

/** Decodes a path segment. Throws ApiError 400 on a malformed escape. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`invalid URL escape in "${segment.slice(0, 100)}"`);
  }
}
