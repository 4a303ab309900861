import { refuse } from '../../kernel/result.js';
import type { GraphRequest } from '../plan/prepare.js';
import type { ResolvedRequest } from './document-reference.js';

/** The GraphQL request of an event stream: from the URL of a GET, from the body of a POST. Refuses BAD_REQUEST. */
export function graphRequest(method: string | undefined, { body, url }: ResolvedRequest): GraphRequest {
  const given = method === 'POST' ? body : fromUrl(url);
  if (!isRecord(given)) return refuse('BAD_REQUEST', 'The request is not a JSON object.');
  const { query, operationName, variables } = given;
  if (typeof query !== 'string' || query === '') return refuse('BAD_REQUEST', 'The request has no query.');
  if (operationName != null && typeof operationName !== 'string')
    return refuse('BAD_REQUEST', 'operationName is not a string.');
  if (variables != null && !isRecord(variables)) return refuse('BAD_REQUEST', 'variables is not an object.');
  return { query, operationName, variables };
}

function fromUrl(url: string): Record<string, unknown> {
  const parameters = new URL(url, 'http://gateway').searchParams;
  const variables = parameters.get('variables');
  return {
    query: parameters.get('query'),
    operationName: parameters.get('operationName'),
    variables: variables ? (JSON.parse(variables) as unknown) : undefined,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
