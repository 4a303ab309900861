import type { ConfigMap, Lease, Secret, ServiceAccount } from './core.js';
import {
  forbiddenValue,
  formatCauses,
  immutable,
  invalidValue,
  required,
  tooLong,
} from '../schema/causes.js';
import { configKey } from './formats.js';
import { isJson } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import { sameJson } from '../../../kernel/same-json.js';

export const configMaps = defineResource<ConfigMap>({
  kind: 'ConfigMap',
  validate: (map, old) => [...mapKeyCauses(map), ...mapSizeCauses(map), ...frozenCauses(map, old)],
  columns: [
    nameColumn<ConfigMap>(),
    { name: 'Data', type: 'string', value: ({ data, binaryData }) => keys(data) + keys(binaryData) },
    ageColumn<ConfigMap>(),
  ],
});

/** Bytes of all values of a ConfigMap or Secret at most. */
const MAX_BYTES = 1024 * 1024;

/** API servers name no field of a ConfigMap that is too large. */
function mapSizeCauses({ data = {}, binaryData = {} }: ConfigMap): Cause[] {
  return bytesOf(data, 'utf8') + bytesOf(binaryData, 'base64') > MAX_BYTES ? [tooLong('[]', MAX_BYTES)] : [];
}

function bytesOf(values: Readonly<Record<string, string>>, encoding: 'utf8' | 'base64'): number {
  return Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value, encoding), 0);
}

function keyCauses(entries: object | undefined, field: string): Cause[] {
  return Object.keys(entries ?? {}).flatMap((key) => formatCauses(`${field}[${key}]`, key, configKey));
}

function mapKeyCauses({ data = {}, binaryData = {} }: ConfigMap): Cause[] {
  const twice = Object.keys(data).filter((key) => Object.hasOwn(binaryData, key));
  return [
    ...keyCauses(data, 'data'),
    ...twice.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...keyCauses(binaryData, 'binaryData'),
  ];
}

/** What must not change of an object that is immutable. */
function frozenCauses<T extends ConfigMap | Secret>(object: T, old: T | undefined): Cause[] {
  if (!old?.immutable) return [];
  const why = 'field is immutable when `immutable` is set';
  const binary = (each: ConfigMap | Secret) => ('binaryData' in each ? each.binaryData : undefined);
  return [
    ...(object.immutable ? [] : [forbiddenValue('immutable', why)]),
    ...(sameJson(old.data ?? {}, object.data ?? {}) ? [] : [forbiddenValue('data', why)]),
    ...(sameJson(binary(old) ?? {}, binary(object) ?? {}) ? [] : [forbiddenValue('binaryData', why)]),
  ];
}

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
  validate: (secret, old) => [
    ...keyCauses(secret.data, 'data'),
    ...(bytesOf(secret.data ?? {}, 'base64') > MAX_BYTES ? [tooLong('data', MAX_BYTES)] : []),
    ...secretTypeCauses(secret),
    ...(old && old.type !== secret.type ? [immutable('type', secret.type)] : []),
    ...frozenCauses(secret, old),
  ],
  columns: [
    nameColumn<Secret>(),
    { name: 'Type', type: 'string', value: ({ type }) => type ?? 'Opaque' },
    { name: 'Data', type: 'integer', value: ({ data }) => keys(data) },
    ageColumn<Secret>(),
  ],
});

const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name';

const DOCKER_CONFIG = '.dockerconfigjson';

/** Keys that Secrets of a type must have. */
const KEYS: Readonly<Record<string, readonly string[] | undefined>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/dockerconfigjson': [DOCKER_CONFIG],
};

/** What a Secret of a type of Kubernetes must contain. */
function secretTypeCauses({ type = '', data = {}, metadata }: Secret): Cause[] {
  const missing = (KEYS[type] ?? []).filter((name) => data[name] === undefined);
  const causes = missing.map((name) => required(`data[${name}]`));
  if (type === 'kubernetes.io/basic-auth' && !('username' in data || 'password' in data))
    causes.push(required('data[username]'), required('data[password]'));
  if (type === 'kubernetes.io/service-account-token' && !metadata.annotations?.[SERVICE_ACCOUNT])
    causes.push(required(`metadata.annotations[${SERVICE_ACCOUNT}]`));
  return [...causes, ...dockerConfigCauses(data[DOCKER_CONFIG])];
}

function dockerConfigCauses(encoded: string | undefined): Cause[] {
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString();
  try {
    if (isJson(JSON.parse(text))) return [];
  } catch {
    // Reported below, as JSON of another form.
  }
  return [invalidValue(`data[${DOCKER_CONFIG}]`, '<secret contents redacted>', 'is not a JSON object')];
}

function keys(data: object | undefined): number {
  return Object.keys(data ?? {}).length;
}

export const serviceAccounts = defineResource<ServiceAccount>({
  kind: 'ServiceAccount',
  columns: [nameColumn<ServiceAccount>(), ageColumn<ServiceAccount>()],
});

export const leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  validate: ({ spec }) => {
    const { leaseDurationSeconds: duration = 1, leaseTransitions: transitions = 0 } = spec ?? {};
    return [
      ...(duration > 0
        ? []
        : [invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0')]),
      ...(transitions >= 0
        ? []
        : [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]),
    ];
  },
  columns: [
    nameColumn<Lease>(),
    { name: 'Holder', type: 'string', value: ({ spec }) => spec?.holderIdentity ?? '' },
    ageColumn<Lease>(),
  ],
});
