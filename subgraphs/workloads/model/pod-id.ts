/** Which pod of which cluster; a pod that is made anew under the same name has another uid. */
export interface PodRef {
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const PREFIX = 'pod_';
/** As long as an id of the graph may be. */
const MAX_LENGTH = 1000;

/** The id of a pod in the graph: opaque, and made of nothing but the reference. */
export function encodePodId({ clusterId, namespace, name, uid }: PodRef): string {
  return PREFIX + Buffer.from([clusterId, namespace, name, uid].join('/')).toString('base64url');
}

/** Reads what `encodePodId` wrote; undefined when it is none of our ids. */
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
