import { CatalogFile } from './catalog-file.js';

/** To what an operation is done when it is acted out. */
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
  /** null: it is not acted out. */
  readonly target: DrillTarget | null;
  /** Why it is not acted out. */
  readonly why?: string;
}

/** A row of the list of high-risk operations. */
export interface RiskRow {
  readonly id: string;
  readonly section: string;
  readonly component: string;
  readonly operation: string;
  readonly impact: string;
  readonly recovery: string;
  readonly recoverable: boolean;
}

/** The list of high-risk operations. */
const riskRows = new CatalogFile<RiskRow>('high-risk-operations');
const drills = new CatalogFile<Drill>('high-risk-drills');

/** To what the operation can be done in a drill; null for one that is not acted out. */
export async function drillTarget(id: string): Promise<DrillTarget | null> {
  return (await drillOf(id))?.target ?? null;
}

/** Why the operation is not acted out; null for one that is. */
export async function notSimulatedReason(id: string): Promise<string | null> {
  return (await drillOf(id))?.why ?? null;
}

async function drillOf(id: string): Promise<Drill | undefined> {
  return (await drills.entries()).find((drill) => drill.id === id);
}

export async function riskRow(id: string): Promise<RiskRow | undefined> {
  return (await riskRows.entries()).find((row) => row.id === id);
}
