/** A high-risk operation that was performed on resources of a cluster outside the platform and is not remediated. */
export interface HighRiskOperationRecord {
  /** Id of the row in the list of high-risk operations. */
  readonly operation: string;
  /** Id of the affected node. */
  readonly instanceId?: string | undefined;
  /** `namespace/name` of the Service whose load balancer is affected. */
  readonly service?: string | undefined;
  /** The node pool whose scaling group is affected. */
  readonly nodePoolId?: string | undefined;
  /** `namespace/name` of the volume claim whose volume is affected. */
  readonly volumeClaim?: string | undefined;
  readonly since: Date;
}

export type HighRiskOperationTarget = Omit<HighRiskOperationRecord, 'since'>;

/**
 * High-risk operations at a provider. Performing and remediating them is for drills and implemented by the simulated
 * provider alone.
 */
export interface HighRiskOperationProvider {
  /** The operations performed on the cluster's resources; none for a deleted cluster. */
  highRiskOperationRecords(clusterId: string): Promise<readonly HighRiskOperationRecord[]>;
  /** Performs the operation. Idempotent. Throws a TerminalError if it is impossible. */
  performHighRiskOperation(clusterId: string, target: HighRiskOperationTarget): Promise<void>;
  /** Remediates the operation; does nothing if it was not performed. */
  remediateHighRiskOperation(clusterId: string, target: HighRiskOperationTarget): Promise<void>;
}
