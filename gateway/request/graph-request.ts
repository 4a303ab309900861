import { throwProblem } from '../../kernel/result.js';
import type { GraphRequest } from './request-preparer.js';
import type { ResolvedRequest } from './documents/document-reference.js';
import { isRecord } from '../../kernel/is-record.js';

/**
 * Reads the parameters of a GraphQL request from the URL of a GET or the body of a POST. Throws BAD_REQUEST.
 */
export function parseGraphQLParams(
  method: string | undefined,
  { body, url }: ResolvedRequest,
): Record<string, unknown> {
  const given = method === 'POST' ? body : fromUrl(url);
  return isRecord(given) ? given : throwProblem('BAD_REQUEST', 'The request is not a JSON object.');
}

/** Validates the parameters of a request whose document is resolved. Throws BAD_REQUEST. */
export function parseOperation(given: Readonly<Record<string, unknown>>): GraphRequest {
  const { query, operationName, variables } = given;
  if (typeof query !== 'string' || query === '')
    return throwProblem('BAD_REQUEST', 'The request has no query.');
  if (operationName != null && typeof operationName !== 'string')
    return throwProblem('BAD_REQUEST', 'operationName is not a string.');
  if (variables != null && !isRecord(variables))
    return throwProblem('BAD_REQUEST', 'variables is not an object.');
  return { query, operationName, variables, minResourceVersion: minResourceVersionOf(given) };
}

/** `extensions.minResourceVersion`: the cursor of an event that the answer must not be older than. */
export function minResourceVersionOf({ extensions }: { readonly extensions?: unknown }): string | undefined {
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
  const parameters = new URL(url, 'http://gateway').searchParams;
  const json = (name: string) => {
    const text = parameters.get(name);
    return text ? (JSON.parse(text) as unknown) : undefined;
  };
  return {
    query: parameters.get('query'),
    operationName: parameters.get('operationName'),
    documentId: parameters.get('documentId') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  };
}
