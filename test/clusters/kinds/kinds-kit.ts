import type { ClustersKit } from '../kit.js';
import type { PayloadView } from '../requests.js';

/** The fields of a cluster that depend on its kind. */
export interface KindView {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly spec: string | null;
  readonly nodes: { readonly nodes: { readonly role: string; readonly name: string }[] };
}

export interface KindPayload {
  readonly payload: PayloadView & { readonly cluster: KindView | null };
}

/** Selection of the fields that depend on the kind. */
export const KIND_FIELDS = `id name kind state type profile spec product capability networkPlugin storagePlugin region { id }
  nodes { nodes { role name nodePool { id } instanceType { id } } } nodePools { nodes { id runtime gpuSharing edgeAutonomy } }
  sla { compensable }`;

/** Creates a cluster and selects the fields that depend on its kind. */
export const CREATE_CLUSTER = `mutation ($input: CreateClusterInput!) { payload: createCluster(input: $input) {
  cluster { ${KIND_FIELDS} } operation { id type state } userErrors { code message path } } }`;

/** Creates a cluster, by default in Hangzhou. */
export async function createCluster(clusters: ClustersKit, input: Record<string, unknown>, account: string) {
  const request = { input: { regionId: 'cn-hangzhou', ...input } };
  return (await clusters.run<KindPayload>(CREATE_CLUSTER, request, account)).data.payload;
}
