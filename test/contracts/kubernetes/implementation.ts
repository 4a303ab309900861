import type { ApiClient } from './api-client.js';

/** An API server with controllers and a scheduler, without nodes. */
export interface Implementation extends AsyncDisposable {
  /** A member of `system:masters`. */
  readonly admin: ApiClient;
  /** A client without a credential. */
  readonly anonymous: ApiClient;
  /** A client with a credential of its own. */
  user(name: string, group: string): Promise<ApiClient>;
}
