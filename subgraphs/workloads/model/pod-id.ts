/** A pod of a cluster; a pod that is recreated with the same name has another uid. */
export interface PodRef {
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const PREFIX = 'pod_';
/** Maximum length of an id of the graph. */
const MAX_LENGTH = 1000;

/** Returns the id of a pod in the graph: opaque, encodes only the reference. */
export function encodePodId({ clusterId, namespace, name, uid }: PodRef): string {
  return PREFIX + Buffer.from([clusterId, namespace, name, uid].join('/')).toString('base64url');
}

/** Decodes an id of `encodePodId`; undefined for any other text. */
export function decodePodId(id: string): PodRef | undefined {
  if (!id.startsWith(PREFIX) || id.length > MAX_LENGTH) return undefined;
  const parts = Buffer.from(id.slice(PREFIX.length), 'base64url').toString().split('/');
  const [clusterId, namespace, name, uid] = parts;
  if (parts.length !== 4 || !clusterId || !isName(namespace) || !isName(name) || !uid) return undefined;
  const ref = { clusterId, namespace, name, uid };
  return encodePodId(ref) === id ? ref : undefined;
}

/** Names of Kubernetes objects are lower-case DNS names. */
function isName(text: string | undefined): text is string {
  return text !== undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);
}
