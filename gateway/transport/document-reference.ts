import type { PersistedDocuments } from '../limits/persisted-documents.js';
import { isRecord } from '../../kernel/is-record.js';

/** What was read of a request that names its document by hash, with the document in its place. */
export interface ResolvedRequest {
  /** Parsed body of a POST. */
  readonly body: unknown;
  /** Path and parameters. */
  readonly url: string;
}

/** Puts documents in the place of their hashes, in the body of a POST or the parameters of a GET. Refuses, too. */
export function resolveDocument(
  documents: PersistedDocuments,
  { body, url }: ResolvedRequest,
  method: string | undefined,
): ResolvedRequest {
  if (method === 'POST') return { body: isRecord(body) ? resolveRecord(documents, body) : body, url };
  if (method !== 'GET') return { body, url };
  const { pathname, searchParams } = new URL(url, 'http://gateway');
  const extensions = searchParams.get('extensions');
  const query = documents.resolve({
    query: searchParams.get('query'),
    documentId: searchParams.get('documentId') ?? undefined,
    extensions: extensions ? (JSON.parse(extensions) as unknown) : undefined,
  });
  if (query === undefined || query === searchParams.get('query'))
    return { body, url: withoutHash(url, searchParams) };
  searchParams.set('query', query);
  return { body, url: withoutHash(`${pathname}?${searchParams}`, searchParams) };
}

/** The same for a request that has been parsed. */
export function resolveRecord<T extends Readonly<Record<string, unknown>>>(
  documents: PersistedDocuments,
  request: T,
): T {
  const { documentId: _, ...rest } = request;
  const query = documents.resolve(request);
  const { extensions } = request;
  if (isRecord(extensions) && 'persistedQuery' in extensions) {
    const { persistedQuery: __, ...others } = extensions;
    return { ...rest, extensions: others, ...(query === undefined ? {} : { query }) } as unknown as T;
  }
  return query === undefined || query === request['query'] ? request : ({ ...rest, query } as unknown as T);
}

function withoutHash(url: string, parameters: URLSearchParams): string {
  if (!parameters.has('extensions')) return url;
  parameters.delete('extensions');
  return `${url.split('?', 1)[0]}?${parameters}`;
}
