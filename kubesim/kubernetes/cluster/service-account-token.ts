import { API_AUDIENCE, type IssuedToken, type TokenSubject } from '../../service-account-tokens.js';
import { serviceAccounts, secrets } from '../kinds/configuration.js';
import type { Pod, ServiceAccount, TokenFile } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { ClusterContext } from './context.js';
import { REPLACED_AFTER_SECONDS } from './service-account-admission.js';

/** Seconds for which the token of a pod is accepted if it asks for those after which a kubelet replaces it. */
const EXTENDED_SECONDS = 365 * 86_400;

/** A token that a client or a kubelet requests. */
export interface RequestedToken {
  readonly account: ServiceAccount;
  readonly audiences: readonly string[];
  /** Undefined: it does not expire. */
  readonly expirationSeconds: number | undefined;
  /** The object whose deletion ends the token. */
  readonly boundTo?: { readonly type: 'pods' | 'nodes' | 'secrets'; readonly object: KubeObject } | undefined;
}

/** Issues a token of a service account. */
export function issueToken(cluster: ClusterContext, requested: RequestedToken): string {
  const { account, audiences, expirationSeconds, boundTo } = requested;
  const now = cluster.clock.now();
  const isExtended =
    boundTo?.type === 'pods' &&
    expirationSeconds === REPLACED_AFTER_SECONDS &&
    audiences.every((audience) => audience === API_AUDIENCE);
  const seconds = isExtended ? EXTENDED_SECONDS : expirationSeconds;
  const subject: TokenSubject = {
    namespace: account.metadata.namespace ?? '',
    serviceaccount: referenceTo(account),
    ...(boundTo && boundReference(cluster.store, boundTo)),
    ...(isExtended && { warnafter: Math.floor(now.getTime() / 1000) + REPLACED_AFTER_SECONDS }),
  };
  const token: IssuedToken = {
    ...{ subject, audiences, now },
    expiresAt: seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000),
  };
  return cluster.tokens.issue(cluster.id, token);
}

/** The token of a file in a pod; undefined without its service account. */
export function tokenOfPod(cluster: ClusterContext, pod: Pod, file: TokenFile): string | undefined {
  const { namespace = '' } = pod.metadata;
  const account = cluster.store.get(serviceAccounts, namespace, pod.spec.serviceAccountName ?? '');
  if (!account) return undefined;
  return issueToken(cluster, {
    account,
    audiences: [file.audience || API_AUDIENCE],
    expirationSeconds: file.expirationSeconds ?? 3600,
    boundTo: { type: 'pods', object: pod },
  });
}

function boundReference(store: ClusterStore, { type, object }: NonNullable<RequestedToken['boundTo']>) {
  if (type === 'secrets') return { secret: referenceTo(object) };
  if (type === 'nodes') return { node: referenceTo(object) };
  const { nodeName } = (object as Pod).spec;
  if (!nodeName) return { pod: referenceTo(object) };
  const node = store.get(nodes, '', nodeName);
  return { pod: referenceTo(object), node: node ? referenceTo(node) : { name: nodeName } };
}

function referenceTo({ metadata: { name, uid } }: KubeObject) {
  return { name, uid };
}

/** Whether the service account of a token and the object to which it is bound still exist. */
export function isAlive(store: ClusterStore, subject: TokenSubject): boolean {
  return invalidation(store, subject) === undefined;
}

/** Why a token is not valid any more, in the words of API servers; undefined while its account and object exist. */
export function invalidation(store: ClusterStore, subject: TokenSubject): string | undefined {
  const { namespace, serviceaccount } = subject;
  const { name, uid } = serviceaccount;
  const account = store.get(serviceAccounts, namespace, name);
  if (!account) return `serviceaccounts "${name}" not found`;
  const current = account.metadata;
  if (current.uid !== uid) return `service account UID (${current.uid}) does not match claim (${uid})`;
  if (current.deletionTimestamp) return `service account ${namespace}/${name} has been deleted`;
  return isBound(store, subject) ? undefined : 'service account token has been invalidated';
}

/** Whether the object to which a token is bound exists, if there is one. */
function isBound(store: ClusterStore, { namespace, pod, node, secret }: TokenSubject): boolean {
  const boundNode = pod ? undefined : node;
  return (
    (!secret || exists(store.get(secrets, namespace, secret.name), secret)) &&
    (!pod || exists(store.get(pods, namespace, pod.name), pod)) &&
    (!boundNode || exists(store.get(nodes, '', boundNode.name), boundNode))
  );
}

function exists(object: KubeObject | undefined, { uid }: { readonly uid?: string | undefined }): boolean {
  return object !== undefined && object.metadata.uid === uid && !object.metadata.deletionTimestamp;
}
