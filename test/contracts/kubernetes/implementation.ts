import type { ApiClient } from './api-client.js';

/** The machines of a cluster with nodes, whose kubelets are kubesim's. */
export interface Machines {
  /** Starts a machine; resolves when its node is ready. */
  start(name: string, node: { readonly labels: object; readonly taints: readonly object[] }): Promise<void>;
  /** Switches a machine on or off. */
  power(name: string, on: boolean): Promise<void>;
}

/** An API server with controllers and a scheduler, without nodes. */
export interface Implementation extends AsyncDisposable {
  /** A member of `system:masters`. */
  readonly admin: ApiClient;
  /** A client without a credential. */
  readonly anonymous: ApiClient;
  /** Undefined without nodes. */
  readonly machines?: Machines;
  /** A client with a credential of its own. */
  user(name: string, group: string): Promise<ApiClient>;
}
