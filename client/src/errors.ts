/** A GraphQL error as the server sends it. */
export interface ServerError {
  readonly message: string;
  /** Where in the answer it happened. */
  readonly path?: readonly (string | number)[];
  /** `code` is one of the API's error codes; some codes bring further facts. */
  readonly extensions?: { readonly code?: string; readonly [fact: string]: unknown };
}

/** The server understood the request and refused it, or a part of it failed. */
export class GraphQLRequestError extends Error {
  override readonly name = 'GraphQLRequestError';

  constructor(
    /** Every error of the answer, at least one. */
    readonly errors: readonly ServerError[],
    /** What was answered all the same, as it came; null or undefined when nothing was. */
    readonly data?: unknown,
  ) {
    super(errors.map((error) => error.message).join('; ') || 'The request was refused.');
  }

  /** The codes of the errors, without doubles. */
  get codes(): readonly string[] {
    const codes = this.errors.map((error) => error.extensions?.code).filter((code) => code !== undefined);
    return [...new Set(codes)];
  }

  /** The first error's code; undefined when it has none. */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}

/** The server could not be reached, or what answered does not speak GraphQL. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Status of an HTTP answer that is not a GraphQL answer. */
  readonly status: number | undefined;
  /** Code with which a WebSocket was closed. */
  readonly closeCode: number | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, facts: TransportErrorDetails = {}) {
    super(message, { cause: facts.cause });
    this.status = facts.status;
    this.closeCode = facts.closeCode;
    this.retryAfter = facts.retryAfter;
  }
}

/** What is known of a fault between client and server. */
export interface TransportErrorDetails {
  readonly status?: number | undefined;
  readonly closeCode?: number | undefined;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}
