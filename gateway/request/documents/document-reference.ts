import type { PersistedDocuments } from './persisted-documents.js';
import { isRecord } from '../../../kernel/is-record.js';

/** Body and URL of a request in which hashes are replaced by their documents. */
export interface ResolvedRequest {
  /** Parsed body of a POST. */
  readonly body: unknown;
  /** Path and query string. */
  readonly url: string;
}

/**
 * Replaces document hashes by documents in the body of a POST or the parameters of a GET. Throws when a
 * document is unknown or not trusted.
 */
export function resolveDocument(
  documents: PersistedDocuments,
  { body, url }: ResolvedRequest,
  method: string | undefined,
): ResolvedRequest {
  if (method === 'POST') return { body: isRecord(body) ? resolveRecord(documents, body) : body, url };
  return { body, url: method === 'GET' ? resolveAddress(documents, url) : url };
}

function resolveAddress(documents: PersistedDocuments, url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://gateway');
  const written = searchParams.get('extensions');
  const extensions = written ? (JSON.parse(written) as unknown) : undefined;
  const query = documents.resolve({
    query: searchParams.get('query'),
    documentId: searchParams.get('documentId') ?? undefined,
    extensions,
  });
  const named = query !== undefined && query !== searchParams.get('query');
  const hashed = namesHash(extensions);
  if (named) searchParams.set('query', query);
  if (hashed) searchParams.set('extensions', JSON.stringify(withoutHash(extensions)));
  return named || hashed ? `${pathname}?${searchParams}` : url;
}

/** The same for parsed parameters. */
export function resolveRecord<T extends Readonly<Record<string, unknown>>>(
  documents: PersistedDocuments,
  request: T,
): T {
  const query = documents.resolve(request);
  const { extensions } = request;
  const hashed = namesHash(extensions);
  if (!hashed && (query === undefined || query === request['query'])) return request;
  const { documentId: _, ...rest } = request;
  if (!hashed) return { ...rest, query } as unknown as T;
  return {
    ...rest,
    extensions: withoutHash(extensions),
    ...(query !== undefined && { query }),
  } as unknown as T;
}

/** The gateway consumes the `persistedQuery` extension; other extensions are passed on. */
interface Hashed extends Record<string, unknown> {
  readonly persistedQuery: unknown;
}

function namesHash(extensions: unknown): extensions is Hashed {
  return isRecord(extensions) && 'persistedQuery' in extensions;
}

function withoutHash({ persistedQuery: _, ...others }: Hashed): Record<string, unknown> {
  return others;
}
