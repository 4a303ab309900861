import { LRUCache } from 'lru-cache';
import { throwProblem } from '../../../kernel/result.js';
import { type TrustedDocuments, documentHash } from './trusted-documents.js';
import { isRecord } from '../../../kernel/is-record.js';

/** The parts of a request that identify its document. */
export interface DocumentReference {
  readonly query?: unknown;
  readonly extensions?: unknown;
  /** GraphQL over HTTP's `documentId`: the id, or `sha256:` and the hash. */
  readonly documentId?: unknown;
}

/**
 * Resolves documents by hash: automatic persisted queries as in Apollo's clients, or an exclusive list of
 * trusted documents.
 */
export class PersistedDocuments {
  private readonly texts = new LRUCache<string, string>({
    max: 1000,
    maxSize: 2 * 1024 * 1024,
    sizeCalculation: (text) => text.length + 1,
  });

  constructor(
    private readonly options: {
      readonly trusted?: TrustedDocuments | undefined;
      readonly documentBytes: number;
    },
  ) {}

  /**
   * Returns the document of a request, or undefined when it has none. Throws BAD_REQUEST,
   * PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_IN_LIST and QUERY_NOT_IN_SAFELIST.
   */
  resolve(reference: DocumentReference): string | undefined {
    const text = typeof reference.query === 'string' && reference.query !== '' ? reference.query : undefined;
    const id = idOf(reference);
    const { trusted } = this.options;
    if (trusted) return trustedText(trusted, id, text);
    if (id === undefined) return text;
    return text === undefined ? this.known(id) : this.learn(id, text);
  }

  private known(id: string): string {
    // Apollo's clients compare this exact message.
    return this.texts.get(id) ?? throwProblem('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }

  private learn(id: string, text: string): string {
    if (this.texts.get(id) === text) return text;
    // A longer document is rejected later with LIMIT_EXCEEDED.
    if (text.length > this.options.documentBytes) return text;
    if (documentHash(text) !== id) throwProblem('BAD_REQUEST', 'The hash is not that of the document.');
    this.texts.set(id, text);
    return text;
  }
}

function trustedText(
  trusted: TrustedDocuments,
  id: string | undefined,
  text: string | undefined,
): string | undefined {
  if (text === undefined && id === undefined) return undefined;
  const listed = trusted.get(id ?? documentHash(text ?? ''));
  if (listed === undefined && id !== undefined) {
    return throwProblem('PERSISTED_QUERY_NOT_IN_LIST', 'No trusted document has this id.');
  }
  if (listed === undefined || (text !== undefined && text !== listed)) {
    return throwProblem('QUERY_NOT_IN_SAFELIST', 'Only trusted documents may be executed here.');
  }
  return listed;
}

function idOf({ extensions, documentId }: DocumentReference): string | undefined {
  if (typeof documentId === 'string') return documentId.replace(/^sha256:/, '');
  const persisted = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  if (persisted === undefined || persisted === null) return undefined;
  if (!isRecord(persisted) || persisted['version'] !== 1 || typeof persisted['sha256Hash'] !== 'string') {
    return throwProblem('BAD_REQUEST', 'extensions.persistedQuery needs version 1 and sha256Hash.');
  }
  return persisted['sha256Hash'];
}
