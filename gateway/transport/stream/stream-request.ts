import type { StreamFormat } from '../http/media-type.js';

/** A request whose response may be a stream. */
export interface StreamRequest {
  readonly method: string;
  readonly format: StreamFormat;
  /** Media type of responses that are not subscriptions; undefined sends them as a stream as well. */
  readonly otherwise: string | undefined;
  /** Parameters of the GraphQL request. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  /** Last-Event-ID, which browsers send when they reconnect. */
  readonly lastEventId?: string | undefined;
}
