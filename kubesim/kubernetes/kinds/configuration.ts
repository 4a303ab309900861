import type { ConfigMap, Lease, Secret, ServiceAccount } from './core.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';
import { sameJson } from '../../../kernel/same-json.js';

export const configMaps = defineResource<ConfigMap>({
  kind: 'ConfigMap',
  validate: (map, old) =>
    old?.immutable && !sameJson(old.data, map.data)
      ? [
          {
            field: 'data',
            reason: 'FieldValueForbidden',
            message: 'Forbidden: field is immutable when `immutable` is set',
          },
        ]
      : [],
  columns: [
    nameColumn<ConfigMap>(),
    { name: 'Data', type: 'string', value: ({ data, binaryData }) => String(keys(data) + keys(binaryData)) },
    ageColumn<ConfigMap>(),
  ],
});

export const secrets = defineResource<Secret>({
  kind: 'Secret',
  defaults: ({ stringData, ...secret }) => {
    const encoded = Object.entries(stringData ?? {}).map(([key, text]) => [
      key,
      Buffer.from(text).toString('base64'),
    ]);
    const data = encoded.length > 0 ? { ...secret.data, ...Object.fromEntries(encoded) } : secret.data;
    return { type: 'Opaque', ...secret, ...(data ? { data } : {}) };
  },
  columns: [
    nameColumn<Secret>(),
    { name: 'Type', type: 'string', value: ({ type }) => type ?? 'Opaque' },
    { name: 'Data', type: 'integer', value: ({ data }) => keys(data) },
    ageColumn<Secret>(),
  ],
});

function keys(data: object | undefined): number {
  return Object.keys(data ?? {}).length;
}

export const serviceAccounts = defineResource<ServiceAccount>({
  kind: 'ServiceAccount',
  columns: [
    nameColumn<ServiceAccount>(),
    { name: 'Secrets', type: 'integer', value: ({ secrets: list }) => list?.length ?? 0 },
    ageColumn<ServiceAccount>(),
  ],
});

export const leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  columns: [
    nameColumn<Lease>(),
    { name: 'Holder', type: 'string', value: ({ spec }) => spec?.holderIdentity ?? '' },
    ageColumn<Lease>(),
  ],
});
