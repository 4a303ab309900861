/** A GraphQL error of a response. */
export interface ServerError {
  readonly message: string;
  /** Path in the response. */
  readonly path?: readonly (string | number)[];
  /** `code` is one of the API's error codes; some codes have further fields. */
  readonly extensions?: { readonly code?: string; readonly [fact: string]: unknown };
}

/** The server rejected the request, or a part of it failed. */
export class GraphQLRequestError extends Error {
  override readonly name = 'GraphQLRequestError';

  constructor(
    /** The errors of the response, at least one. */
    readonly errors: readonly ServerError[],
    /** Partial data of the response; null or undefined if the response has no data. */
    readonly data?: unknown,
  ) {
    super(errors.map((error) => error.message).join('; ') || 'The request was rejected.');
  }

  /** The distinct codes of the errors. */
  get codes(): readonly string[] {
    const codes = this.errors.map((error) => error.extensions?.code).filter((code) => code !== undefined);
    return [...new Set(codes)];
  }

  /** The first error's code; undefined if it has none. */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}

/** The server could not be reached, or its response is not GraphQL. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Status of an HTTP response that is not a GraphQL response. */
  readonly status: number | undefined;
  /** Close code of a WebSocket. */
  readonly closeCode: number | undefined;
  /** Delay requested by the server, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, facts: TransportErrorDetails = {}) {
    super(message, { cause: facts.cause });
    this.status = facts.status;
    this.closeCode = facts.closeCode;
    this.retryAfter = facts.retryAfter;
  }
}

/** Details of a transport error. */
export interface TransportErrorDetails {
  readonly status?: number | undefined;
  readonly closeCode?: number | undefined;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}
