import { CatalogFile } from './catalog-file.js';

/** The object on which a high-risk operation is simulated. */
export type DrillTarget =
  | 'CLUSTER'
  | 'DEDICATED_CLUSTER'
  | 'NODE_POOL'
  | 'WORKER_NODE'
  | 'MASTER_NODE'
  | 'SERVICE'
  | 'VOLUME_CLAIM'
  | 'KUBERNETES_API'
  | 'MUTATION';

interface Drill {
  readonly id: string;
  /** null: the operation is not simulated. */
  readonly target: DrillTarget | null;
  /** Why the operation is not simulated. */
  readonly why?: string;
}

/** A row of the ACK documentation's list of high-risk operations. */
export interface RiskRow {
  readonly id: string;
  readonly section: string;
  readonly component: string;
  readonly operation: string;
  readonly impact: string;
  readonly recovery: string;
  readonly recoverable: boolean;
}

const riskRows = new CatalogFile<RiskRow>('high-risk-operations');
const drills = new CatalogFile<Drill>('high-risk-drills');

/** The object on which the operation is simulated; null when it is not simulated. */
export async function drillTarget(id: string): Promise<DrillTarget | null> {
  return (await drillOf(id))?.target ?? null;
}

/** Why the operation is not simulated; null for one that is. */
export async function notSimulatedReason(id: string): Promise<string | null> {
  return (await drillOf(id))?.why ?? null;
}

async function drillOf(id: string): Promise<Drill | undefined> {
  return (await drills.entries()).find((drill) => drill.id === id);
}

export async function riskRow(id: string): Promise<RiskRow | undefined> {
  return (await riskRows.entries()).find((row) => row.id === id);
}
