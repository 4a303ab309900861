import { StructuralSchema } from '../structural-schema/structural-schema.js';
import type { ScalePaths } from './resource.js';
import type { WebhookClientConfig } from './webhook-client-rules.js';
import type { Condition, Json, KubeObject } from './object.js';

/** The names of a custom resource. */
export interface DefinitionNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** A printer column. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** A version of a custom resource. */
export interface DefinitionVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Json };
  readonly subresources?: { readonly status?: Json; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly ColumnDefinition[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** A CustomResourceDefinition. Before it is validated, what it must have may be missing. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: DefinitionNames;
    readonly versions: readonly DefinitionVersion[];
    readonly conversion?: {
      readonly strategy?: string;
      readonly webhook?: {
        readonly clientConfig?: WebhookClientConfig;
        readonly conversionReviewVersions?: readonly string[];
      };
    };
    readonly preserveUnknownFields?: boolean;
  };
  readonly status?: {
    readonly acceptedNames?: DefinitionNames;
    readonly storedVersions?: readonly string[];
    readonly conditions?: readonly Condition[];
  };
}

/** The finalizer of a definition until its objects are deleted. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

const schemas = new WeakMap<DefinitionVersion, StructuralSchema>();

/** The schema of a version. */
export function schemaOfVersion(version: DefinitionVersion): StructuralSchema {
  const known = schemas.get(version);
  if (known) return known;
  const schema = new StructuralSchema(version.schema?.openAPIV3Schema ?? {});
  schemas.set(version, schema);
  return schema;
}

/** Whether a condition of the definition is true. */
export function isTrue({ status }: CustomResourceDefinition, type: string): boolean {
  return (
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false
  );
}
