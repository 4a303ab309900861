import { chance } from '../../../kubesim/random.js';
import type { FieldSchema } from '../../../kubesim/kubernetes/managed-fields/field-schema.js';

/** Builds schemas for tests in the words of OpenAPI. */
interface SchemaSource {
  readonly type?: string;
  readonly fields?: Readonly<Record<string, FieldSchema>>;
  readonly values?: FieldSchema;
  readonly items?: FieldSchema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly keys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
}

function schema(source: SchemaSource): FieldSchema {
  return {
    type: source.type,
    format: undefined,
    fields: new Map(Object.entries(source.fields ?? {})),
    additionalProperties: source.values,
    items: source.items,
    required: source.required ?? [],
    default: source.default,
    listType: source.listType,
    listMapKeys: source.keys ?? [],
    mapType: source.mapType,
    patchMergeKey: undefined,
    patchStrategies: [],
  };
}

const text = schema({ type: 'string' });
const integer = schema({ type: 'integer' });
const texts = schema({ type: 'object', values: text });

const port = schema({
  type: 'object',
  required: ['port'],
  fields: {
    name: text,
    port: integer,
    protocol: schema({ type: 'string', default: 'TCP' }),
    targetPort: schema({}),
  },
});

/** A kind with every way in which values merge. */
export const kind = schema({
  type: 'object',
  fields: {
    apiVersion: text,
    kind: text,
    metadata: schema({
      type: 'object',
      default: {},
      fields: {
        name: text,
        labels: texts,
        annotations: texts,
        finalizers: schema({ type: 'array', items: text, listType: 'set' }),
      },
    }),
    spec: schema({
      type: 'object',
      default: {},
      required: ['ports'],
      fields: {
        replicas: integer,
        mode: text,
        strategy: schema({ type: 'object', default: {}, fields: { type: text } }),
        ports: schema({ type: 'array', items: port, listType: 'map', keys: ['port', 'protocol'] }),
        selector: schema({ type: 'object', values: text, mapType: 'atomic' }),
        args: schema({ type: 'array', items: text, listType: 'atomic' }),
      },
    }),
    status: schema({ type: 'object', default: {}, fields: { ready: integer } }),
  },
});

/** Reproducible random numbers from 0 to 1. */
export function randomNumbers(seed: number): () => number {
  let count = 0;
  return () => chance(seed, String((count += 1)));
}
