import type { Cause } from '../schema/cause.js';
import type { StructuralSchema } from '../structural-schema/structural-schema.js';
import { latestApi } from '../schema/kubernetes-api.js';
import type { KubeObject } from './object.js';

export type { Cause } from '../schema/cause.js';

/** A column of `kubectl get`. */
export interface Column<T extends KubeObject> {
  readonly name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`. */
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0: only shown by `-o wide`. */
  readonly priority?: number;
  value(object: T, now: Date): string | number | boolean | null;
}

/** The subresources that kubesim serves. */
const SUBRESOURCES = [
  ...(['status', 'scale', 'log', 'eviction', 'binding', 'finalize', 'token'] as const),
  ...(['ephemeralcontainers', 'approval', 'exec', 'attach', 'portforward', 'proxy'] as const),
] as const;
export type Subresource = (typeof SUBRESOURCES)[number];

/** Definition of a kind: names, validation and columns. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Plural with its group: `deployments.apps`; the storage key. */
  readonly id: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: readonly Subresource[];
  /** Whether `metadata.generation` counts the changes of `spec`. */
  readonly generation: boolean;
  /** Sets defaults. Also runs on updates, so it must be idempotent. */
  defaults(object: T): T;
  /** Validates a new object, or one that replaces `old`. */
  validate(object: T, old?: T): Cause[];
  readonly columns: readonly Column<T>[];
  /** What the definition of a custom resource says; absent for kinds of the registry. */
  readonly custom?: CustomRules;
}

/** The rules of a custom resource in one version. */
interface CustomRules {
  readonly schema: StructuralSchema;
  readonly listKind: string;
  /** The versions of the definition: `example.com/v1` …. */
  readonly apiVersions: ReadonlySet<string>;
  /** Warning to clients of a deprecated version. */
  readonly deprecation: string | undefined;
  /** Paths of the scale subresource. */
  readonly scale: ScalePaths | undefined;
  /** Field labels of `fieldSelector` besides the metadata. */
  readonly selectableFields: readonly string[];
}

/** Paths of the scale subresource, e.g. `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** What a kind adds to its description in discovery. Kinds that Kubernetes does not have bring all of it. */
export type ResourceDefinition<T extends KubeObject> = Pick<ResourceType<T>, 'kind'> &
  Partial<Omit<ResourceType<T>, 'id'>>;

/** Defines a kind: names, scope and subresources as discovery has them, and by default a NAME and an AGE column. */
export function defineResource<T extends KubeObject>(definition: ResourceDefinition<T>): ResourceType<T> {
  const { group = '', version = 'v1' } = definition;
  const described = { ...namesOf({ ...definition, group, version }), ...definition };
  const { plural } = described;
  return {
    group,
    version,
    generation: false,
    defaults: (object) => object,
    validate: () => [],
    columns: [nameColumn<T>(), ageColumn<T>()],
    ...described,
    id: group ? `${plural}.${group}` : plural,
  };
}

type Names = Pick<
  ResourceType,
  'plural' | 'singular' | 'shortNames' | 'categories' | 'namespaced' | 'subresources'
>;

/** The description of a kind in the latest discovery; names never change between versions. */
function namesOf({ group, version, kind }: Pick<ResourceType, 'group' | 'version' | 'kind'>): Names {
  const resources = latestApi().resourcesOf(group ? `${group}/${version}` : version);
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  const { name: plural = '', singularName: singular = '', namespaced = true } = found ?? {};
  return {
    ...{ plural, singular, namespaced },
    shortNames: found?.shortNames ?? [],
    categories: found?.categories ?? [],
    subresources: SUBRESOURCES.filter((name) =>
      resources.some((other) => other.name === `${plural}/${name}`),
    ),
  };
}

/** `apps/v1` or `v1`. */
export function groupVersion(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

export function nameColumn<T extends KubeObject>(): Column<T> {
  return {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name must be unique within a namespace.',
    value: (object) => object.metadata.name,
  };
}

export function ageColumn<T extends KubeObject>(): Column<T> {
  return {
    name: 'Age',
    type: 'string',
    description: 'Time since the object was created.',
    value: (object, now) => age(object.metadata.creationTimestamp, now),
  };
}

/** Age as printed by kubectl: `45s`, `3m12s`, `5h`, `12d`; `<unknown>` without a time. */
export function age(since: string | null | undefined, now: Date): string {
  if (!since) return '<unknown>';
  return duration(Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000)));
}

/** Duration in seconds as printed by kubectl. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return joined(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return joined(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return joined(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  return joined(Math.floor(days / 365), 'y', days % 365, 'd');
}

function joined(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}
