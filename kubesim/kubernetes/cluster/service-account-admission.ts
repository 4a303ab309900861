import { suffix } from '../../random.js';
import { serviceAccounts } from '../kinds/configuration.js';
import type { Container, Pod, PodVolume, ServiceAccount } from '../kinds/core.js';
import { pods } from '../kinds/pods.js';
import { forbidden } from '../kinds/status.js';
import type { ClusterContext } from './context.js';

const VOLUME = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Seconds after which a kubelet replaces a token; the API server accepts it for a year, while clients learn to read it again. */
export const REPLACED_AFTER_SECONDS = 3607;

const source = {
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: REPLACED_AFTER_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
};

/**
 * Gives a new pod its service account, the image pull secrets of the account, and a volume with a token in each
 * container. Throws ApiError 403 if there is no such account.
 */
export function withServiceAccount({ store }: ClusterContext, pod: Pod): Pod {
  const { namespace = '', name } = pod.metadata;
  const { spec } = pod;
  const accountName = spec.serviceAccountName || spec.serviceAccount || 'default';
  const account = store.get(serviceAccounts, namespace, accountName);
  if (!account) {
    const why = `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`;
    throw forbidden(`pods ${JSON.stringify(name)} is forbidden: ${why}`, { name, kind: pods.plural });
  }
  const imagePullSecrets = account.imagePullSecrets ?? [];
  const named = {
    ...spec,
    serviceAccountName: accountName,
    serviceAccount: accountName,
    ...(!spec.imagePullSecrets?.length && imagePullSecrets.length > 0 && { imagePullSecrets }),
  };
  return { ...pod, spec: mountsToken(account, pod) ? withTokenVolume(named) : named };
}

function mountsToken(account: ServiceAccount, { spec }: Pod): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function withTokenVolume(spec: Pod['spec']): Pod['spec'] {
  const { containers, initContainers } = spec;
  const volumes = spec.volumes ?? [];
  // The pod is not validated yet: a volume may lack its name.
  const existing = volumes.find(({ name }: Partial<PodVolume>) => name?.startsWith(VOLUME));
  const name = existing?.name ?? `${VOLUME}${suffix(5)}`;
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH };
  const lacksMount = ({ volumeMounts }: Container) =>
    !volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH);
  const mounted = (container: Container) =>
    lacksMount(container)
      ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] }
      : container;
  const isNeeded = !existing && [...(initContainers ?? []), ...containers].some(lacksMount);
  const volume: PodVolume = { name, ...source };
  return {
    ...spec,
    ...(isNeeded && { volumes: [...volumes, volume] }),
    containers: containers.map(mounted),
    ...(initContainers && { initContainers: initContainers.map(mounted) }),
  };
}
