import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { issueToken } from '../cluster/service-account-token.js';
import { updateByController } from '../cluster/write.js';
import { secrets, serviceAccounts } from '../kinds/configuration.js';
import type { Secret, ServiceAccount } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { API_AUDIENCE } from '../../service-account-tokens.js';

/** Type of the Secrets that have the token of a service account. */
const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

/** Fills Secrets for tokens of service accounts, and deletes those of deleted accounts. */
export function tokenSecretController(cluster: ClusterContext, caCertificate: string): Controller {
  const { store } = cluster;
  const queue = cluster.queue('token-secret', (key) => {
    const secret = store.get(secrets, ...splitKey(key));
    if (secret?.type === TYPE && !secret.metadata.deletionTimestamp)
      reconcile(cluster, secret, caCertificate);
  });
  const add = (secret: Secret) => {
    if (secret.type === TYPE) queue.add(keyOf(secret));
  };
  return {
    start() {
      store.onChange(secrets, ({ object }) => add(object));
      store.onChange(serviceAccounts, ({ object }) => {
        for (const secret of store.all(secrets)) if (isOf(object, secret)) add(secret);
      });
      for (const secret of store.all(secrets)) add(secret);
    },
  };
}

function isOf(account: KubeObject, { metadata }: Secret): boolean {
  const { namespace, name } = account.metadata;
  return metadata.namespace === namespace && metadata.annotations?.[NAME] === name;
}

function reconcile(cluster: ClusterContext, secret: Secret, caCertificate: string): void {
  const { namespace = '', annotations = {} } = secret.metadata;
  const account = cluster.store.get(serviceAccounts, namespace, annotations[NAME] ?? '');
  if (!account || (annotations[UID] ?? account.metadata.uid) !== account.metadata.uid)
    return void deleteObject(cluster, secrets, secret);
  const data = { ...dataOf(cluster, { account, secret, caCertificate }), ...secret.data };
  const isComplete = Object.keys(data).every((key) => secret.data?.[key] !== undefined);
  if (isComplete && annotations[UID] !== undefined) return;
  updateByController(cluster, secrets, secret, (current) => ({
    ...current,
    metadata: { ...current.metadata, annotations: { ...annotations, [UID]: account.metadata.uid } },
    data,
  }));
}

interface TokenOf {
  readonly account: ServiceAccount;
  readonly secret: Secret;
  readonly caCertificate: string;
}

function dataOf(
  cluster: ClusterContext,
  { account, secret, caCertificate }: TokenOf,
): Record<string, string> {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const token =
    secret.data?.['token'] === undefined
      ? encode(
          issueToken(cluster, {
            account,
            audiences: [API_AUDIENCE],
            expirationSeconds: undefined,
            boundTo: { type: 'secrets', object: secret },
          }),
        )
      : secret.data['token'];
  return { 'ca.crt': encode(caCertificate), namespace: encode(account.metadata.namespace ?? ''), token };
}
