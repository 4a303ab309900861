import { MAX_ID_LENGTH, MAX_TEXT_LENGTH } from '../../../protocol/input-lengths.js';
import { MAX_PAGE } from '../../../kernel/page-size.js';

/** Limits of requests, connections and streams. */
export interface Limits {
  /** Bytes of an HTTP body. */
  readonly bodyBytes: number;
  /** Bytes of a document (UTF-8). */
  readonly documentBytes: number;
  /** Lexical tokens of a document. */
  readonly tokens: number;
  /** Nesting depth of brackets in a document and of objects and lists in variables. */
  readonly nesting: number;
  /** Nesting depth of fields. Introspection has its own rule. */
  readonly depth: number;
  /** Aliased fields, after expansion of fragments. */
  readonly aliases: number;
  /** Root fields, including those in fragments. */
  readonly rootFields: number;
  /** Fields, after expansion of fragments. */
  readonly fields: number;
  /** Directives, after expansion of fragments. */
  readonly directives: number;
  /** Characters of an alias: responses repeat it in every object and error path. */
  readonly aliasLength: number;
  /** Characters of an id or an enum value in variables. */
  readonly idLength: number;
  /** Entries of one list, in a document or in variables. */
  readonly listLength: number;
  /** Entries of all lists and objects in variables together. */
  readonly variableEntries: number;
  /** Largest value of an argument `first`. */
  readonly pageSize: number;
  /** Whether introspection is allowed: to all clients, to none, or with a scope. */
  readonly introspection: boolean | { readonly scope: string };
  /** Points that every operation costs in addition to its fields: the overhead of a request. */
  readonly operationPoints: number;
  /** Minimum cost of a new document: parsing, validation and planning. */
  readonly newDocument: { readonly points: number; readonly bytesPerPoint: number };
  /** Characters of a large HTTP body per point charged for parsing it. */
  readonly bodyPerPoint: number;
  /** Maximum estimated cost of one operation; Infinity disables the limit. See docs/operations.md. */
  readonly cost: number;
  /**
   * Bytes of JSON of one response: of all operations of an HTTP request together, or of each event of a stream.
   */
  readonly responseBytes: number;
  /** Timeout of a query or mutation in milliseconds. */
  readonly requestTimeout: number;
  /** Timeout in milliseconds of one fetch from a remote subgraph; the rest of the response remains. */
  readonly subgraphTimeout: number;
  /**
   * Timeout in milliseconds for opening a stream from a remote subgraph. Some subgraphs send headers only with
   * the first event or the first heartbeat, after twelve seconds.
   */
  readonly subgraphOpening: number;
  /** Operations in one HTTP request; 1 disables batches. */
  readonly batch: number;
  /** Bytes of one WebSocket message. */
  readonly messageBytes: number;
  /** Timeout of `connection_init` in milliseconds. */
  readonly connectionInitTimeout: number;
  /** Concurrent operations of one WebSocket. */
  readonly operationsPerSocket: number;
  /** Concurrent HTTP requests per account, and as many operations of its batches and streams. */
  readonly requestsPerAccount: number;
  /** Queued HTTP requests per account, and as many operations; further ones are rejected. */
  readonly requestsWaiting: number;
  /**
   * Large HTTP bodies and WebSocket messages per account that are in memory at the same time; further ones are read when a
   * slot is free. Bounds the memory of an account's uploads.
   */
  readonly largeBodiesPerAccount: number;
  /** Streams per account that are opened from subgraphs concurrently; others are queued. */
  readonly openingsPerAccount: number;
  /** Distinct subscriptions per account; those that share an execution count once. */
  readonly subscriptionsPerAccount: number;
  /** Milliseconds without progress after which the connection of an unread response is destroyed. */
  readonly unreadTimeout: number;
  /** WebSockets and event streams per account. */
  readonly connectionsPerAccount: number;
  /** Events and bytes queued for a slow subscriber before it is detached to catch up. */
  readonly streamQueue: number;
  readonly streamQueueBytes: number;
  /** Milliseconds between heartbeats of a stream over HTTP. */
  readonly heartbeat: number;
  /**
   * Milliseconds that a client may take to read the rest of an ending stream or to complete the close handshake
   * of its WebSocket; then its connection is destroyed.
   */
  readonly closeTimeout: number;
  /** Reconnect window in milliseconds. When the gateway drains, each client gets a random delay within it. */
  readonly reconnectWindow: number;
}

export const defaultLimits: Limits = {
  bodyBytes: MAX_TEXT_LENGTH,
  documentBytes: 100_000,
  tokens: 10_000,
  nesting: 200,
  depth: 20,
  aliases: 30,
  rootFields: 20,
  fields: 5000,
  directives: 50,
  aliasLength: 255,
  idLength: MAX_ID_LENGTH,
  listLength: 1000,
  variableEntries: 10_000,
  pageSize: MAX_PAGE,
  introspection: true,
  operationPoints: 100,
  newDocument: { points: 500, bytesPerPoint: 10 },
  bodyPerPoint: 500,
  cost: 300_000,
  responseBytes: 4_000_000,
  requestTimeout: 30_000,
  subgraphTimeout: 15_000,
  subgraphOpening: 15_000,
  batch: 10,
  messageBytes: 1_000_000,
  connectionInitTimeout: 10_000,
  operationsPerSocket: 100,
  requestsPerAccount: 16,
  requestsWaiting: 512,
  largeBodiesPerAccount: 4,
  openingsPerAccount: 8,
  subscriptionsPerAccount: 1000,
  unreadTimeout: 30_000,
  connectionsPerAccount: 1000,
  streamQueue: 256,
  streamQueueBytes: 1_000_000,
  heartbeat: 10_000,
  closeTimeout: 10_000,
  reconnectWindow: 5000,
};
