import { throwProblem } from '../../kernel/result.js';
import type { PersistedDocuments } from './documents/persisted-documents.js';
import type { GraphRequest } from './request-preparer.js';
import { isRecord } from '../../kernel/is-record.js';

/**
 * Reads the parameters of a GraphQL request from the URL of a GET or the body of a POST. Throws BAD_REQUEST.
 */
export function parseGraphQLParams(
  method: string | undefined,
  body: unknown,
  url: string,
): Record<string, unknown> {
  const params = method === 'POST' ? body : fromUrl(url);
  return isRecord(params) ? params : throwProblem('BAD_REQUEST', 'The request is not a JSON object.');
}

/**
 * Validates the parameters of a request and resolves its document, which may be given by its hash. Throws BAD_REQUEST and
 * the errors of `PersistedDocuments`.
 */
export function parseOperation(
  params: Readonly<Record<string, unknown>>,
  documents: PersistedDocuments,
): GraphRequest {
  const { operationName, variables, extensions } = params;
  const query = documents.resolve(params);
  if (query === undefined) return throwProblem('BAD_REQUEST', 'The request has no query.');
  if (operationName != null && typeof operationName !== 'string')
    return throwProblem('BAD_REQUEST', 'operationName is not a string.');
  if (variables != null && !isRecord(variables))
    return throwProblem('BAD_REQUEST', 'variables is not an object.');
  if (extensions != null && !isRecord(extensions))
    return throwProblem('BAD_REQUEST', 'extensions is not an object.');
  return { query, operationName, variables, minResourceVersion: minResourceVersionOf(params) };
}

/** `extensions.minResourceVersion`: the cursor of an event; the response must not be older. */
function minResourceVersionOf({ extensions }: { readonly extensions?: unknown }): string | undefined {
  const { minResourceVersion } = Object(extensions) as { minResourceVersion?: unknown };
  if (minResourceVersion === undefined || minResourceVersion === null) return undefined;
  // The value is sent as a header, so only the characters of cursors are accepted.
  if (typeof minResourceVersion === 'string' && /^[\w.~-]{1,500}$/.test(minResourceVersion))
    return minResourceVersion;
  return throwProblem('INVALID_CURSOR', 'minResourceVersion is not the cursor of an event.', {
    path: ['extensions', 'minResourceVersion'],
  });
}

function fromUrl(url: string): Record<string, unknown> {
  const { searchParams } = new URL(url, 'http://gateway');
  const text = (name: string) => {
    const [value, ...others] = searchParams.getAll(name);
    return others.length === 0 ? value : throwProblem('BAD_REQUEST', `The parameter ${name} is repeated.`);
  };
  const json = (name: string) => {
    const value = text(name);
    return value ? (JSON.parse(value) as unknown) : undefined;
  };
  return {
    query: text('query'),
    operationName: text('operationName'),
    documentId: text('documentId'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}
