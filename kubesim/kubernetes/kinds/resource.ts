import type { KubeObject } from './object.js';

/** A validation error of an object: field (`metadata.name`), reason (`FieldValueInvalid`) and message. */
export interface Cause {
  readonly field: string;
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany';
  readonly message: string;
}

/** A column of `kubectl get`. */
export interface Column<T extends KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly format?: 'name';
  readonly description?: string;
  /** Above 0: only shown by `-o wide`. */
  readonly priority?: number;
  value(object: T, now: Date): string | number | boolean | null;
}

export type Subresource = 'status' | 'scale' | 'log' | 'eviction' | 'binding' | 'finalize' | 'token';

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
}

/** Required fields of a definition; the other fields have defaults. */
export type ResourceDefinition<T extends KubeObject> = Pick<ResourceType<T>, 'kind' | 'plural' | 'singular'> &
  Partial<Omit<ResourceType<T>, 'id'>>;

/** Defines a kind: by default a namespaced core/v1 one with a NAME and an AGE column. */
export function defineResource<T extends KubeObject>(definition: ResourceDefinition<T>): ResourceType<T> {
  const group = definition.group ?? '';
  return {
    group,
    version: 'v1',
    shortNames: [],
    categories: [],
    namespaced: true,
    subresources: [],
    generation: false,
    defaults: (object) => object,
    validate: () => [],
    columns: [nameColumn<T>(), ageColumn<T>()],
    ...definition,
    id: group ? `${definition.plural}.${group}` : definition.plural,
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
