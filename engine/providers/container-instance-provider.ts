/** How long a container instance has run for a pod. */
export interface ContainerUse {
  /** The pod's uid. */
  readonly podUid: string;
  readonly clusterId: string;
  readonly account: string;
  /** What each container of the pod asks for, as its specification says. */
  readonly containers: readonly {
    readonly resources?:
      | {
          readonly limits?: Readonly<Record<string, string>> | undefined;
          readonly requests?: Readonly<Record<string, string>> | undefined;
        }
      | undefined;
  }[];
  readonly startedAt: Date;
  /** null while it runs. */
  readonly endedAt: Date | null;
}

/** What the provider meters of container instances. */
export interface ContainerInstanceProvider {
  /**
   * Uses that have begun or ended since a position, in order, and the position behind them; at first 0. To ask behind a
   * position says that everything up to it has been recorded: the provider may forget it.
   */
  containerUses(
    position: number,
  ): Promise<{ readonly uses: readonly ContainerUse[]; readonly position: number }>;
}
