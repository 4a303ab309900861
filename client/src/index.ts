export {
  type Arguments,
  type Client,
  type ClientOptions,
  createClient,
  type RequestOptions,
  type SubscribeOptions,
  type TokenSource,
} from './client.js';
export { newClientToken } from './client-token.js';
export type { WebSocketClass } from './connection.js';
export {
  GraphQLRequestError,
  type ServerError,
  TransportError,
  type TransportErrorDetails,
} from './errors.js';
export type { Retry, RetryOptions } from './retry.js';
export type { EventStream } from './subscription.js';
export { waitForOperation, type WaitOptions } from './wait-for-operation.js';
export * from './generated/graphql.js';
