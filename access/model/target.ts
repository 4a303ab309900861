/** A cluster as scopes compare it. */
export interface TargetCluster {
  readonly id: string;
  readonly regionId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a request is about. Without parts: the account itself. */
export interface Target {
  /** Region of an object that is in no cluster. */
  readonly regionId?: string;
  readonly cluster?: TargetCluster;
  /** Namespace in the cluster. */
  readonly namespace?: string;
}
