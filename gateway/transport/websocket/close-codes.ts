/** Close codes of graphql-transport-ws, of the WebSocket protocol, and of the gateway. */
export const closeCodes = {
  /** An invalid message. */
  badRequest: 4400,
  /** An operation before `connection_ack`. */
  unauthorized: 4401,
  /** `connection_init` without a valid token. */
  forbidden: 4403,
  /** Only graphql-transport-ws is supported. */
  subprotocolNotAcceptable: 4406,
  /** No `connection_init` in time. */
  initialisationTimeout: 4408,
  /** The id of a subscription is in use on this socket. */
  subscriberExists: 4409,
  /** The permissions of the token have changed: reconnect with a new token. */
  rightsChanged: 4410,
  /** The token has expired: reconnect with a new token. */
  tokenExpired: 4411,
  /** More than one `connection_init`. */
  tooManyInitialisations: 4429,
  /** Internal error. */
  internalError: 4500,
  /** The gateway stops: reconnect after a random delay and resume. */
  serviceRestart: 1012,
  /** The account has too many connections: reconnect later. */
  tryAgainLater: 1013,
} as const;

/** Thrown by message handlers to close the socket with the given code. */
export class CloseSocket extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
