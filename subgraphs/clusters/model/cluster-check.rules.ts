import type { ClusterState } from './cluster.enums.js';
import type { NodeStatus } from './node.enums.js';
import type { NodeState } from './node-states.js';
import type { Problem } from '../../../kernel/result.js';
import type { CheckLevel } from './cluster-check.enums.js';
import type { SupportStatus } from './version.enums.js';
import type { ScanResult } from './removed-api.rules.js';
import { describeRemovedApiUses } from './removed-api.rules.js';
import { minorOf, type VersionChoice } from './version.rules.js';

/** The number of nodes with the same version, state and status. */
export interface NodeCount {
  readonly version: string;
  readonly state: NodeState;
  readonly status: NodeStatus;
  readonly count: number;
}

/** A node as recorded in the database. */
export interface RecordedNode extends Omit<NodeCount, 'count'> {
  readonly name: string;
}

/** One item of a check. */
export interface ClusterCheckItem {
  readonly name: string;
  readonly level: CheckLevel;
  readonly result: 'PASSED' | 'FAILED';
  readonly message: string;
  /** The suggested fix; null when none is needed. */
  readonly fix: string | null;
}

/** Input of the upgrade checks. */
export interface UpgradeFacts {
  readonly version: string;
  /** Support status of that version. */
  readonly support: SupportStatus;
  readonly state: ClusterState;
  /** The requested version, or why it is rejected. */
  readonly target: VersionChoice;
  /** The newest patch of the target's minor version. */
  readonly newestPatch: string | undefined;
  readonly nodes: readonly NodeCount[];
  readonly scan: ScanResult;
}

/** How many minor versions a node may be older than its control plane: three since Kubernetes 1.28, two before. */
export function allowedSkew(version: string): number {
  return minorNumber(version) >= 28 ? 3 : 2;
}

/** All items of an upgrade check, in a fixed order. */
export function upgradeCheckItems(facts: UpgradeFacts): ClusterCheckItem[] {
  return [
    versionPolicy(facts),
    sourceSupport(facts),
    newestPatch(facts),
    clusterState(facts),
    nodesReady(facts),
    versionSkew(facts),
    kubernetesApi(facts.scan),
    removedApis(facts),
    longRemovedApis(facts),
    noRollback(),
  ];
}

/** The failed items that block the upgrade. */
export function blockersOf(items: readonly ClusterCheckItem[]): ClusterCheckItem[] {
  return items.filter(({ level, result }) => level === 'BLOCKING' && result === 'FAILED');
}

/** Message of a blocked upgrade: every blocking item with its fix. */
export function blockedMessage(blockers: readonly ClusterCheckItem[]): string {
  return blockers.map(({ name, message, fix }) => `${name}: ${message} ${fix ?? ''}`.trim()).join(' ');
}

/** Why an upgrade of the cluster is rejected; undefined when no item blocks it. */
export function blockedProblem(
  clusterId: string,
  blockers: readonly ClusterCheckItem[],
): Problem | undefined {
  if (blockers.length === 0) return undefined;
  const message = `The cluster ${clusterId} cannot be upgraded. ${blockedMessage(blockers)}`;
  return { code: 'UPGRADE_BLOCKED', message };
}

interface Finding {
  readonly level: CheckLevel;
  readonly name: string;
  /** Message when the check passes. */
  readonly well: string;
  /** Message when the check fails; undefined when it passes. */
  readonly wrong: string | undefined;
  readonly fix: string;
}

function item({ name, level, well, wrong, fix }: Finding): ClusterCheckItem {
  return wrong === undefined
    ? { name, level, result: 'PASSED', message: well, fix: null }
    : { name, level, result: 'FAILED', message: wrong, fix };
}

function versionPolicy({ version, target }: UpgradeFacts): ClusterCheckItem {
  return item({
    name: 'VERSION_POLICY',
    level: 'BLOCKING',
    well: `${version} can be upgraded to ${target.ok ? target.version : ''}.`,
    wrong: target.ok ? undefined : target.message,
    fix: 'Choose one of version.upgradeTargets.',
  });
}

function sourceSupport({ version, support }: UpgradeFacts): ClusterCheckItem {
  const old = support === 'MINOR_EXPIRED';
  return item({
    name: 'SOURCE_SUPPORT',
    level: 'WARNING',
    well: `${version} is of a supported minor version.`,
    wrong: old
      ? `${minorOf(version)} is not supported any more: upgrades from it are not tried out and may fail.`
      : undefined,
    fix: 'Back up what matters first; then go on, one minor version at a time, to a supported one.',
  });
}

function newestPatch({ target, newestPatch: newest }: UpgradeFacts): ClusterCheckItem {
  const older = target.ok && newest !== undefined && newest !== target.version;
  return item({
    name: 'NEWEST_PATCH',
    level: 'WARNING',
    well: 'The target is the newest patch of its minor version.',
    wrong: older ? `${target.version} is not the newest patch: only ${newest} is supported.` : undefined,
    fix: `Upgrade to ${newest ?? 'the newest patch'} instead.`,
  });
}

function clusterState({ state }: UpgradeFacts): ClusterCheckItem {
  return item({
    name: 'CLUSTER_STATE',
    level: 'BLOCKING',
    well: 'The cluster is RUNNING.',
    wrong: state === 'RUNNING' ? undefined : `The cluster is ${state}; only a RUNNING one can be upgraded.`,
    fix: 'Wait until what is being done to it has ended.',
  });
}

function nodesReady({ nodes }: UpgradeFacts): ClusterCheckItem {
  const running = nodes.filter(({ state }) => state === 'running');
  const bad = sum(running.filter(({ status }) => status !== 'Ready'));
  return item({
    name: 'NODES_READY',
    level: 'BLOCKING',
    well: `All ${sum(running)} nodes are ready.`,
    wrong: bad === 0 ? undefined : `${bad} of ${sum(running)} nodes are not ready.`,
    fix: 'Repair or remove the nodes whose status is not Ready.',
  });
}

function versionSkew({ version, target, nodes }: UpgradeFacts): ClusterCheckItem {
  const to = target.ok ? target.version : version;
  const older = nodes.filter((node) => minorNumber(to) - minorNumber(node.version) > allowedSkew(to));
  const newer = nodes.filter((node) => minorNumber(node.version) > minorNumber(to));
  const found = [
    ...(older.length > 0 ? [`${sum(older)} nodes (${versionsOf(older)}) would be too far behind ${to}`] : []),
    ...(newer.length > 0 ? [`${sum(newer)} nodes (${versionsOf(newer)}) are newer than ${to}`] : []),
  ];
  return item({
    name: 'VERSION_SKEW',
    level: 'BLOCKING',
    well: `All nodes may work under a control plane of ${to}.`,
    wrong: found.length > 0 ? `${found.join('; ')}.` : undefined,
    fix: `Bring the nodes to ${version} first, or replace them.`,
  });
}

function kubernetesApi(scan: ScanResult): ClusterCheckItem {
  const unreachable = scan.kind === 'UNREACHABLE';
  return item({
    name: 'KUBERNETES_API',
    // The platform has no API address for this cluster, which must not block the upgrade.
    level: unreachable ? 'BLOCKING' : 'WARNING',
    well: 'The Kubernetes API answers.',
    wrong: scan.kind === 'SCANNED' ? undefined : scan.message,
    fix: 'Run the check again when the Kubernetes API answers.',
  });
}

function removedApis({ scan, target }: UpgradeFacts): ClusterCheckItem {
  const to = target.ok ? target.version : 'the new version';
  return item({
    name: 'REMOVED_APIS',
    level: 'BLOCKING',
    well: scanned(scan) ?? `No object was written with an API that ${to} no longer serves.`,
    wrong: scan.kind === 'SCANNED' && scan.ahead.length > 0 ? describeRemovedApiUses(scan.ahead) : undefined,
    fix: 'Write the objects anew with the replacement (in manifests, charts and controllers), then check again.',
  });
}

function longRemovedApis({ scan }: UpgradeFacts): ClusterCheckItem {
  return item({
    name: 'LONG_REMOVED_APIS',
    level: 'WARNING',
    well: scanned(scan) ?? 'No object was written with an API that was gone before.',
    wrong: scan.kind === 'SCANNED' && scan.past.length > 0 ? describeRemovedApiUses(scan.past) : undefined,
    fix: 'Their manifests cannot be applied any more; write them anew with the replacement.',
  });
}

function noRollback(): ClusterCheckItem {
  const well = 'An upgrade cannot be taken back.';
  return item({ name: 'NO_ROLLBACK', level: 'INFO', well, wrong: undefined, fix: '' });
}

function scanned(scan: ScanResult): string | undefined {
  return scan.kind === 'SCANNED' ? undefined : 'Not checked.';
}

function sum(nodes: readonly NodeCount[]): number {
  return nodes.reduce((total, { count }) => total + count, 0);
}

function versionsOf(nodes: readonly NodeCount[]): string {
  return [...new Set(nodes.map(({ version }) => version))].sort().join(', ');
}

function minorNumber(version: string): number {
  return Number(minorOf(version).split('.')[1]);
}
