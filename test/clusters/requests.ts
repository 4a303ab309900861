/** Requests that several tests send, and the fields of the responses that they read. */
export interface UserErrorView {
  readonly code: string;
  readonly message: string;
  readonly path: string[] | null;
}

export interface PayloadView {
  readonly operation: { readonly id: string; readonly type: string; readonly state: string } | null;
  readonly userErrors: UserErrorView[];
}

export interface ClusterView {
  readonly id: string;
  readonly state: string;
  readonly resourceVersion: string;
  readonly nodePools: {
    readonly nodes: { readonly id: string; readonly name: string; readonly desiredSize: number }[];
  };
}

export interface Created {
  readonly createCluster: PayloadView & { readonly cluster: ClusterView | null };
}

export const ERRORS = `userErrors { __typename code message path
  ... on QuotaExceededError { quotaId resource limit used requested } }`;

export const CREATE = `mutation ($input: CreateClusterInput!, $dryRun: Boolean) {
  createCluster(input: $input, dryRun: $dryRun) {
    cluster {
      id name state type profile spec product resourceVersion labels deletionProtection createdAt
      version { id creatable supported expired } region { id } timeZone { id } conditions { type }
      nodePools { totalCount nodes {
        id name state desiredSize totalNodes servingNodes autoscaling { enabled minSize maxSize } instanceTypes { id } } }
    }
    operation {
      id type state progress stages { name state } result { requested created failed failures { code } }
      target { __typename ... on Cluster { id } ... on NodePool { id } }
    }
    ${ERRORS}
  }
}`;

/** A mutation on an existing cluster. */
export const clusterMutation = (name: string, input: string) => `mutation ($input: ${input}!) {
  payload: ${name}(input: $input) { cluster { id name state resourceVersion labels deletionProtection }
    operation { id type state stages { name } } ${ERRORS} } }`;

/** A mutation on a node pool. */
export const poolMutation = (name: string, input: string, dryRun = false) => `mutation ($input: ${input}!) {
  payload: ${name}(input: $input${dryRun ? ', dryRun: true' : ''}) {
    nodePool { id name state desiredSize resourceVersion cluster { id state } }
    operation { id type state stages { name } result { requested } target { ... on NodePool { id } } } ${ERRORS} } }`;

export const proCluster = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  regionId: 'cn-hangzhou',
  type: 'MANAGED_KUBERNETES',
  spec: 'PRO',
  ...more,
});
