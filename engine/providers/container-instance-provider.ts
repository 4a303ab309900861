/** Usage of a container instance by a pod. */
export interface ContainerUse {
  /** The pod's uid. */
  readonly podUid: string;
  readonly clusterId: string;
  readonly account: string;
  /** Resources of each container of the pod spec. */
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

/** Metered usage of container instances. */
export interface ContainerInstanceProvider {
  /**
   * Usages that started or ended after a position (0 at first), in order, and the next position. Requesting a position
   * acknowledges all usages before it: the provider may delete them.
   */
  containerUses(
    position: number,
  ): Promise<{ readonly uses: readonly ContainerUse[]; readonly position: number }>;
}
