import type { ApiClient } from './api-client.js';
import type { ClientConfig, Webhook } from './webhook-server.js';

/** A machine that runs only pods with its `spec`. */
export interface Machine {
  /** Name of its node. */
  readonly name: string;
  readonly spec: object;
  power(on: boolean): Promise<void>;
}

/** What a case may use. Cases run side by side in one cluster: a cluster-scoped object needs a name of `unique`. */
export interface CaseContext {
  /** A member of `system:masters`. */
  readonly api: ApiClient;
  /** A client without a credential. */
  readonly anonymous: ApiClient;
  /** A client with a credential of its own. */
  user(name: string, group: string): Promise<ApiClient>;
  /** A namespace that only this case uses. */
  readonly namespace: string;
  /** A name that no other case has. */
  unique(prefix: string): string;
  /** Starts a machine, in areas whose clusters have nodes. */
  startMachine(): Promise<Machine>;
  /** Serves a webhook that the API server can call. */
  serve(webhook: Webhook): ClientConfig;
  /** Repeats `check` until its result is not undefined, null or false; throws if that takes too long. */
  eventually<T>(check: () => Promise<T | undefined | null | false>): Promise<T>;
}

export type ContractCase = (context: CaseContext) => Promise<void>;

/** Cases of one area by title. A title is a sentence without its subject, the API server. */
export interface Area {
  readonly name: string;
  /** Its cases create ready nodes, on which the scheduler would put pods of other areas: they wait until these have ended. */
  readonly createsNodes?: boolean;
  readonly cases: Readonly<Record<string, ContractCase>>;
}
