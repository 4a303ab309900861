import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { ResourceType } from '../kinds/resource.js';
import { ANY, resourceFieldSchema } from './custom-field-schema.js';
import type { FieldSchema } from './field-schema.js';

/** One version for all clusters: what managers own must stay comparable when the control plane is upgraded. */
const VERSION = '1.36.0';

/** The schema of a kind, in an API version in which it is served. */
export function fieldSchemaOf({ custom, kind }: ResourceType, apiVersion: string): FieldSchema {
  return custom ? resourceFieldSchema(custom.schema) : schemaOfKind(apiVersion, kind);
}

/** The schema of a kind of `apps/v1`, `v1` …; that of metadata alone for custom resources. */
export function schemaOfKind(apiVersion: string, kind: string): FieldSchema {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return kubernetesApi(VERSION).schemaOf(group, version, kind) ?? customResource();
}

let custom: FieldSchema | undefined;

function customResource(): FieldSchema {
  const metadata = kubernetesApi(VERSION).schemaOf('', 'v1', 'Namespace')?.fields.get('metadata') ?? ANY;
  custom ??= { ...ANY, type: 'object', fields: new Map([['metadata', metadata]]), additionalProperties: ANY };
  return custom;
}
