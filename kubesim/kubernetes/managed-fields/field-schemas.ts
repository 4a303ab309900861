import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { FieldSchema } from './field-schema.js';

/** One version for all clusters: what managers own must stay comparable when the control plane is upgraded. */
const VERSION = '1.36.0';

/** The schema of a kind of `apps/v1`, `v1` …; that of metadata alone for custom resources. */
export function schemaOfKind(apiVersion: string, kind: string): FieldSchema {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return kubernetesApi(VERSION).schemaOf(group, version, kind) ?? customResource();
}

/** Any value. */
const ANY: FieldSchema = {
  type: undefined,
  format: undefined,
  fields: new Map(),
  additionalProperties: undefined,
  items: undefined,
  required: [],
  default: undefined,
  listType: undefined,
  listMapKeys: [],
  mapType: undefined,
  patchMergeKey: undefined,
  patchStrategies: [],
};

let custom: FieldSchema | undefined;

function customResource(): FieldSchema {
  const metadata = kubernetesApi(VERSION).schemaOf('', 'v1', 'Namespace')?.fields.get('metadata') ?? ANY;
  custom ??= { ...ANY, type: 'object', fields: new Map([['metadata', metadata]]), additionalProperties: ANY };
  return custom;
}
