import { MAX_ID_LENGTH, MAX_TEXT_LENGTH } from '../../../protocol/input-lengths.js';
import { MAX_PAGE } from '../../../kernel/page.js';

/** How large a request may be, and how many a client may have open. */
export interface Limits {
  /** Bytes of an HTTP body. */
  readonly bodyBytes: number;
  /** Bytes of a document (UTF-8). */
  readonly documentBytes: number;
  /** Lexical tokens of a document. */
  readonly tokens: number;
  /** How deep brackets nest in a document, and objects and lists in variables. */
  readonly nesting: number;
  /** How deep fields nest. Introspection has its own rule. */
  readonly depth: number;
  /** Aliased fields, counted as often as fragments repeat them. */
  readonly aliases: number;
  /** Fields of the operation itself, fragments included. */
  readonly rootFields: number;
  /** Fields, counted as often as fragments repeat them. */
  readonly fields: number;
  /** Directives, counted as often as fragments repeat them. */
  readonly directives: number;
  /** Characters of an alias: answers repeat it in every object and in every path of an error. */
  readonly aliasLength: number;
  /** Characters of an id or an enum value in variables. */
  readonly idLength: number;
  /** Entries of one list, in a document or in variables. */
  readonly listLength: number;
  /** Entries of all lists and objects in variables together. */
  readonly variableEntries: number;
  /** Largest value of an argument `first`. */
  readonly pageSize: number;
  /** Whether clients may read the schema: all, none, or those with a scope. */
  readonly introspection: boolean | { readonly scope: string };
  /** Points that every operation costs beside its fields: reading, checking and answering a request. */
  readonly operationPoints: number;
  /** What a document that is new to the gateway costs at the least: reading, checking and planning it. */
  readonly newDocument: { readonly points: number; readonly bytesPerPoint: number };
  /** Characters of a large body of an HTTP request for each point that reading it costs. */
  readonly bodyPerPoint: number;
  /** What one operation may cost, estimated before it runs; infinite for no limit. See docs/operations.md. */
  readonly cost: number;
  /** Bytes of JSON of one answer: of all operations of an HTTP request together, of each event of a stream. */
  readonly responseBytes: number;
  /** Milliseconds until a query or mutation is given up. */
  readonly requestTimeout: number;
  /** Milliseconds until one fetch from a subgraph that runs elsewhere is given up; the rest of the response remains. */
  readonly subgraphTimeout: number;
  /**
   * Milliseconds until opening a stream from a subgraph that runs elsewhere is given up. Some say nothing before they have
   * something to say, or before their first sign of life after twelve seconds.
   */
  readonly subgraphOpening: number;
  /** Operations in one HTTP request; 1 for no batches. */
  readonly batch: number;
  /** Bytes of one WebSocket message. */
  readonly messageBytes: number;
  /** Milliseconds a WebSocket may take to say `connection_init`. */
  readonly connectionInitTimeout: number;
  /** Operations that run at once on one WebSocket. */
  readonly operationsPerSocket: number;
  /** HTTP requests of one account that are answered at once, and as many operations of its batches and streams. */
  readonly requestsPerAccount: number;
  /** HTTP requests of one account that wait for that, and as many operations; further ones are refused. */
  readonly requestsWaiting: number;
  /** Streams of one account that are opened from subgraphs at once; the others wait. */
  readonly openingsPerAccount: number;
  /** Different subscriptions of one account: of those that share an execution one counts. */
  readonly subscriptionsPerAccount: number;
  /** Milliseconds without progress after which the connection of an answer that its client does not read is cut. */
  readonly unreadTimeout: number;
  /** WebSockets and event streams of one account. */
  readonly connectionsPerAccount: number;
  /** Events, and bytes of them, that wait for one slow subscriber before it is moved back to catching up. */
  readonly streamQueue: number;
  readonly streamQueueBytes: number;
  /** Milliseconds between signs of life on a stream over HTTP. */
  readonly heartbeat: number;
  /**
   * Milliseconds that a client may take to read the rest of a stream that has to end, or to answer that its WebSocket
   * closes; then its connection is cut.
   */
  readonly closeTimeout: number;
  /** Milliseconds within which clients come back, each at a time of its own, when the gateway drains. */
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
