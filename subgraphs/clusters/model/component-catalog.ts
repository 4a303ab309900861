import type { Product } from '../../../kernel/product.js';
import type { NetworkPlugin, StoragePlugin } from './cluster-kind.enums.js';
import { CatalogFile } from './catalog-file.js';
import { compareVersions } from './version.rules.js';

/** A version of a component. */
interface ComponentVersionEntry {
  readonly version: string;
  /** The oldest minor version of Kubernetes that it works with. */
  readonly minKubernetes: string;
  readonly changes: string;
}

/** What the size of a cluster asks of a parameter. */
export interface AdviceRule {
  readonly parameter: string;
  /** A number: one for each so many nodes, within the bounds. */
  readonly nodesPer?: number;
  readonly least?: number;
  readonly most?: number;
  /** A value, from this many nodes on. */
  readonly nodesOver?: number;
  readonly value?: string | number | boolean;
  readonly reason: string;
}

interface ComponentWorkload {
  readonly kind: 'Deployment' | 'DaemonSet';
  /** Image without tag. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly ports: readonly Readonly<Record<string, string | number>>[];
}

/** An entry of components.json. */
export interface ComponentEntry {
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly description: string;
  /** The cluster does not work without it: it is not uninstalled. */
  readonly system: boolean;
  /** Products whose clusters can have it. */
  readonly products: readonly Product[];
  /** Products whose clusters come with it. */
  readonly preinstalled: readonly Product[];
  /** What the cluster must be: columns and their values. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Name of the open-source project that it comes from. */
  readonly project: string | null;
  /** Address of the page on which its versions are published. */
  readonly versionsSource: string;
  /** Oldest first; empty for one that has the versions of Kubernetes. */
  readonly versions: readonly ComponentVersionEntry[];
  readonly followsKubernetes?: boolean;
  /** JSON Schema of its parameters. */
  readonly parameters: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
  /** null: it runs with the control plane. */
  readonly workload: ComponentWorkload | null;
  readonly config?: { readonly name: string; readonly data: Readonly<Record<string, string>> };
  readonly service?: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly spec: Readonly<Record<string, unknown>> & {
      readonly ports: readonly { readonly port: number; readonly targetPort?: number }[];
    };
  };
  readonly advice: readonly AdviceRule[];
}

/** Every component that clusters can have. */
export const componentDefinitions = new CatalogFile<ComponentEntry>('components');

export async function componentEntry(name: string): Promise<ComponentEntry | undefined> {
  return (await componentDefinitions.entries()).find((entry) => entry.name === name);
}

/** What of a cluster decides about its components. */
export interface ComponentHost {
  readonly product: Product;
  /** Version of Kubernetes, `1.34.1`. */
  readonly version: string;
  readonly networkPlugin?: NetworkPlugin;
  readonly storagePlugin?: StoragePlugin;
}

/** Whether a cluster can have the component at all. */
export function supportsCluster(entry: ComponentEntry, host: ComponentHost): boolean {
  const traits = host as unknown as Readonly<Record<string, unknown>>;
  const required = Object.entries(entry.requires ?? {});
  return entry.products.includes(host.product) && required.every(([trait, value]) => traits[trait] === value);
}

/** Whether such a cluster comes with the component. */
export function isPreinstalled(entry: ComponentEntry, host: ComponentHost): boolean {
  return entry.preinstalled.includes(host.product) && supportsCluster(entry, host);
}

/** The versions that work with a version of Kubernetes, newest first. */
export function versionsFor(entry: ComponentEntry, kubernetes: string): string[] {
  if (entry.followsKubernetes) return [`v${kubernetes}`];
  return entry.versions
    .filter(({ minKubernetes }) => compareVersions(minKubernetes, kubernetes) <= 0)
    .map(({ version }) => version)
    .reverse();
}

/** The version that a component of this version should be upgraded to; null when it is the newest that works. */
export function nextVersion(entry: ComponentEntry, current: string, kubernetes: string): string | null {
  const versions = versionsFor(entry, kubernetes);
  const [newest] = versions;
  if (newest === undefined || newest === current) return null;
  return entry.followsKubernetes || versions.indexOf(current) !== 0 ? newest : null;
}

/** Whether `to` is newer than `from` in the catalog. */
export function isNewer(entry: ComponentEntry, from: string, to: string): boolean {
  if (entry.followsKubernetes) return from !== to;
  const order = entry.versions.map(({ version }) => version);
  return order.indexOf(to) > order.indexOf(from);
}

/** Whether workloads notice an upgrade: system components, and those that serve traffic. */
export function isDisruptive({ system, service }: ComponentEntry): boolean {
  return system || service !== undefined;
}
