import { isJson, type Json } from './json.js';

const CORE = 'io.k8s.api.core.v1';
const RBAC = 'io.k8s.api.rbac.v1';
const RBAC_GROUP = 'rbac.authorization.k8s.io';
/** 0644. */
const FILE_MODE = { defaultMode: 420 };

type Defaults = Json | ((value: Json) => Json);

/**
 * Defaults that API servers set by code and that no schema has, by type (pkg/apis/<group>/<version>/defaults.go of
 * Kubernetes). Those of a whole kind stand with the kind.
 */
const TYPES: Readonly<Record<string, Defaults | undefined>> = {
  [`${CORE}.PodSpec`]: {
    ...{ restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst' },
    ...{ securityContext: {}, schedulerName: 'default-scheduler' },
  },
  [`${CORE}.Container`]: containerDefaults,
  [`${CORE}.EphemeralContainer`]: containerDefaults,
  [`${CORE}.Probe`]: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  [`${CORE}.HTTPGetAction`]: { path: '/', scheme: 'HTTP' },
  [`${CORE}.Volume`]: (volume) => (Object.keys(volume).length > 1 ? {} : { emptyDir: {} }),
  [`${CORE}.SecretVolumeSource`]: FILE_MODE,
  [`${CORE}.ConfigMapVolumeSource`]: FILE_MODE,
  [`${CORE}.DownwardAPIVolumeSource`]: FILE_MODE,
  [`${CORE}.ProjectedVolumeSource`]: FILE_MODE,
  [`${CORE}.ServiceAccountTokenProjection`]: { expirationSeconds: 3600 },
  [`${CORE}.HostPathVolumeSource`]: { type: '' },
  [`${CORE}.ObjectFieldSelector`]: { apiVersion: 'v1' },
  [`${CORE}.PersistentVolumeClaimSpec`]: { volumeMode: 'Filesystem' },
  [`${CORE}.PersistentVolumeSpec`]: {
    persistentVolumeReclaimPolicy: 'Retain',
    volumeMode: 'Filesystem',
  },
  [`${CORE}.EndpointPort`]: { protocol: 'TCP' },
  'io.k8s.api.discovery.v1.EndpointPort': { name: '', protocol: 'TCP' },
  [`${RBAC}.RoleRef`]: { apiGroup: RBAC_GROUP },
  [`${RBAC}.Subject`]: ({ kind }) => (kind === 'ServiceAccount' ? {} : { apiGroup: RBAC_GROUP }),
  'io.k8s.api.storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'io.k8s.api.storage.v1.CSIDriverSpec': {
    ...{ attachRequired: true, podInfoOnMount: false, storageCapacity: false, requiresRepublish: false },
    ...{
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      seLinuxMount: false,
    },
  },
  'io.k8s.api.scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  'io.k8s.api.networking.v1.NetworkPolicySpec': ({ egress }) => ({
    policyTypes: egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'],
  }),
  'io.k8s.api.networking.v1.NetworkPolicyPort': { protocol: 'TCP' },
};

function containerDefaults({ image }: Json): Json {
  const name = typeof image === 'string' ? image : '';
  const floating = name.endsWith(':latest') || !/[:@]/.test(name.slice(name.lastIndexOf('/') + 1));
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: floating ? 'Always' : 'IfNotPresent',
  };
}

/** Types whose numbers are no pointers in Go: 0 is an omitted field. */
const ZERO_IS_OMITTED: ReadonlySet<string> = new Set([`${CORE}.Probe`]);

/** A value of a type with the defaults of the fields that it omits. */
export function typeDefaults(value: Json, definitionName = ''): Json {
  const defaults = TYPES[definitionName];
  if (!defaults) return value;
  const all = isJson(defaults) ? defaults : defaults(value);
  const isOmitted = (field: unknown) =>
    field === undefined || field === '' || (field === 0 && ZERO_IS_OMITTED.has(definitionName));
  let filled = value;
  for (const name in all) if (isOmitted(value[name])) filled = { ...filled, [name]: all[name] };
  return filled;
}
