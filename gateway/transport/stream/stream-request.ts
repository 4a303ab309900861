import type { StreamFormat } from '../http/media-type.js';

/** A request whose answer may be a stream. */
export interface StreamRequest {
  readonly method: string;
  readonly form: StreamFormat;
  /** Media type for what is no subscription; undefined: that, too, is answered as a stream. */
  readonly otherwise: string | undefined;
  /** The GraphQL request as it was sent. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  /** Id of the last event that the client has seen, as browsers send it when they come back. */
  readonly lastEventId?: string | undefined;
}
