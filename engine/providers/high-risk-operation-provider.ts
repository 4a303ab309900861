/** A high-risk operation that was done to the resources of a cluster past the platform, and not mended. */
export interface HighRiskOperationRecord {
  /** Id of the row in the list of high-risk operations. */
  readonly operation: string;
  /** The node's id, where it was done to one. */
  readonly instanceId?: string | undefined;
  /** `namespace/name` of the Service whose load balancer it was done to. */
  readonly service?: string | undefined;
  /** The node pool, where it was done to its scaling group. */
  readonly nodePoolId?: string | undefined;
  /** `namespace/name` of the volume claim to whose volume it was done. */
  readonly volumeClaim?: string | undefined;
  readonly since: Date;
}

export type HighRiskOperationTarget = Omit<HighRiskOperationRecord, 'since'>;

/**
 * The provider's part of what people do in other consoles and should not. Doing and mending is for drills: only a
 * provider that can rehearse has it, the simulated one.
 */
export interface HighRiskOperationProvider {
  /** What was done to the cluster's resources; none for a cluster that is gone. */
  highRiskOperationRecords(clusterId: string): Promise<readonly HighRiskOperationRecord[]>;
  /** Does it; again it changes nothing. Throws a TerminalError for what cannot be done. */
  performHighRiskOperation(clusterId: string, target: HighRiskOperationTarget): Promise<void>;
  /** Does what mends it; what was not done needs no mending. */
  remediateHighRiskOperation(clusterId: string, target: HighRiskOperationTarget): Promise<void>;
}
