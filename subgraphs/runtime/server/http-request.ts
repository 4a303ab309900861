import type { IncomingMessage } from 'node:http';
import { parseRequestParams } from 'graphql-http';
import type { ErrorCode } from '../../../kernel/errors.js';
import { ProblemError } from '../../../kernel/result.js';
import { readBody } from '../../../protocol/request-body.js';
import type { SubgraphRequest } from '../../../protocol/wire.js';

/** HTTP status of rejected requests, by error code. The response of an executed request has status 200. */
const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  INTERNAL_SERVER_ERROR: 500,
  LIMIT_EXCEEDED: 413,
  UNAUTHENTICATED: 401,
};

/** A request that is not executed. */
export class RejectedRequest extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** HTTP status; default by code. */
    readonly status = statuses[code] ?? 400,
  ) {
    super(message);
  }
}

/**
 * Reads a GraphQL request over HTTP. Throws RejectedRequest if it is larger than `limit` bytes or malformed,
 * AbortedError if the caller disconnects before its end.
 */
export async function readGraphqlRequest(request: IncomingMessage, limit: number): Promise<SubgraphRequest> {
  const body = await readText(request, limit);
  const { method = 'GET', url = '/', headers } = request;
  const params = await parseRequestParams({
    method,
    url,
    headers,
    body,
    raw: request,
    context: undefined,
  }).catch((error: unknown) => {
    throw new RejectedRequest('BAD_REQUEST', error instanceof Error ? error.message : String(error));
  });
  if ('query' in params) return params;
  const [, { status, statusText }] = params;
  throw new RejectedRequest('BAD_REQUEST', statusText, status);
}

async function readText(request: IncomingMessage, limit: number): Promise<string> {
  try {
    return await readBody(request, limit);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [problem] = error.problems;
    throw new RejectedRequest(problem?.code ?? 'LIMIT_EXCEEDED', problem?.message ?? error.message);
  }
}
