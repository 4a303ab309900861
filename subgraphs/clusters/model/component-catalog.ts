import type { Product } from '../../../kernel/product.js';
import type { NetworkPlugin, StoragePlugin } from './cluster-kind.enums.js';
import { compareVersions } from './version.rules.js';

/** A version of a component. */
interface ComponentVersionEntry {
  readonly version: string;
  /** The oldest minor version of Kubernetes that it supports. */
  readonly minKubernetes: string;
  readonly changes: string;
}

/** A recommended parameter value that depends on the size of the cluster. */
export interface RecommendationRule {
  readonly parameter: string;
  /** For a number: one for every `nodesPer` nodes, from `least` to `most`. */
  readonly nodesPer?: number;
  readonly least?: number;
  readonly most?: number;
  /** For a value: recommended from this number of nodes. */
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
  /** System components cannot be uninstalled: the cluster does not work without them. */
  readonly system: boolean;
  /** Products whose clusters support it. */
  readonly products: readonly Product[];
  /** Products whose clusters have it from creation. */
  readonly preinstalled: readonly Product[];
  /** Required values of cluster columns. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Name of the open-source project that it packages. */
  readonly project: string | null;
  /** URL of the page that lists its versions. */
  readonly versionsSource: string;
  /** Oldest first; empty for a component that has the Kubernetes versions. */
  readonly versions: readonly ComponentVersionEntry[];
  readonly followsKubernetes?: boolean;
  /** JSON Schema of its parameters. */
  readonly parameters: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
  /** null: it runs in the control plane. */
  readonly workload: ComponentWorkload | null;
  readonly config?: { readonly name: string; readonly data: Readonly<Record<string, string>> };
  readonly service?: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly spec: Readonly<Record<string, unknown>> & {
      readonly ports: readonly { readonly port: number; readonly targetPort?: number }[];
    };
  };
  readonly recommendations: readonly RecommendationRule[];
}

/** The fields of a cluster that decide which components it supports. */
export interface ComponentHost {
  readonly product: Product;
  /** Version of Kubernetes, `1.34.1`. */
  readonly version: string;
  readonly networkPlugin?: NetworkPlugin;
  readonly storagePlugin?: StoragePlugin;
}

/** Whether the cluster supports the component. */
export function supportsCluster(entry: ComponentEntry, host: ComponentHost): boolean {
  const traits = host as unknown as Readonly<Record<string, unknown>>;
  const required = Object.entries(entry.requires ?? {});
  return entry.products.includes(host.product) && required.every(([trait, value]) => traits[trait] === value);
}

/** Whether such a cluster has the component from creation. */
export function isPreinstalled(entry: ComponentEntry, host: ComponentHost): boolean {
  return entry.preinstalled.includes(host.product) && supportsCluster(entry, host);
}

/** The versions that support a Kubernetes version, newest first. */
export function versionsFor(entry: ComponentEntry, kubernetes: string): string[] {
  if (entry.followsKubernetes) return [`v${kubernetes}`];
  return entry.versions
    .filter(({ minKubernetes }) => compareVersions(minKubernetes, kubernetes) <= 0)
    .map(({ version }) => version)
    .reverse();
}

/** The newest supported version; null when `current` is that version or newer. */
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

/** Whether an upgrade can affect workloads: system components, and components that serve traffic. */
export function isDisruptive({ system, service }: ComponentEntry): boolean {
  return system || service !== undefined;
}
