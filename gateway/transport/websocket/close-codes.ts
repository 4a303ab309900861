/** Why the gateway ends a WebSocket; codes of graphql-transport-ws, of WebSocket itself, and our own. */
export const closeCodes = {
  /** A message that clients may not send. */
  badRequest: 4400,
  /** An operation before `connection_ack`. */
  unauthorized: 4401,
  /** `connection_init` without a token that is good. */
  forbidden: 4403,
  /** Only graphql-transport-ws is spoken. */
  subprotocolNotAcceptable: 4406,
  /** No `connection_init` in time. */
  initialisationTimeout: 4408,
  /** The id of a subscription is in use on this socket. */
  subscriberExists: 4409,
  /** What the token allows has changed: clients come back with a new one. */
  rightsChanged: 4410,
  /** The token has expired, before or while it was used: clients come back with a new one. */
  tokenExpired: 4411,
  /** More than one `connection_init`. */
  tooManyInitialisations: 4429,
  /** Our fault. */
  internalError: 4500,
  /** The gateway stops: clients come back, each at a time of its own, and resume. */
  serviceRestart: 1012,
  /** The account has too many connections: clients come back later. */
  tryAgainLater: 1013,
} as const;

/** Thrown while a message is handled to close the socket with a code of its own. */
export class CloseSocket extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
