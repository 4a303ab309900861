/** GraphQL documents of the main scenario, as a third-party client would write them. */

export const CREATE_CLUSTER = `mutation Create($input: CreateClusterInput!, $dryRun: Boolean) {
  createCluster(input: $input, dryRun: $dryRun) {
    cluster { id name state product region { id name } }
    operation { id type state }
    userErrors { code message path ... on QuotaExceededError { resource limit used requested } }
  }
}`;

export const PROVISIONING = `subscription Provisioning($clusterId: ID, $after: EventCursor) {
  provisioningEvents(clusterId: $clusterId, after: $after) {
    id cursor at type level reason message
    operation { id type state progress }
    cluster {
      id state
      region { name timeZone { id utcOffset } }
      workloads(first: 5) { nodes { namespace name } }
      metrics(from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", step: 3600000) { name unit }
    }
  }
}`;

export const OPERATION = `query Operation($id: ID!) {
  operation(id: $id) {
    id type state progress stages { name state }
    result { requested created failed failures { code message } } error { code message }
  }
}`;

export const CLUSTER = `query Cluster($id: ID!) {
  cluster(id: $id) {
    id name state product version { id } region { id city } timeZone { id }
    nodePools { nodes { id name state desiredSize totalNodes healthyNodes failedNodes } }
    nodes(first: 100) { nodes { id name state status zone { id region { id } } instanceType { id vcpus } } }
    quotas { resource limit used }
  }
}`;

export const SCALE_POOL = `mutation Scale($input: ScaleNodePoolInput!) {
  scaleNodePool(input: $input) { nodePool { id desiredSize state } operation { id } userErrors { code message path } }
}`;

export const APPLY = `mutation Apply($input: ApplyManifestInput!) {
  applyManifest(input: $input) { workload { id name kind replicas } userErrors { code message path } }
}`;

export const SCALE_WORKLOAD = `mutation ScaleWorkload($input: ScaleWorkloadInput!) {
  scaleWorkload(input: $input) { workload { id replicas } userErrors { code message } }
}`;

export const WORKLOAD = `query Workload($id: ID!) {
  workload(id: $id) {
    id name namespace kind replicas readyReplicas images cluster { id name }
    pods(first: 50) { nodes { name namespace phase ip nodeName restarts } }
  }
}`;

export const SCALING = `subscription Scaling($clusterId: ID, $after: EventCursor) {
  scalingEvents(clusterId: $clusterId, after: $after) {
    cursor type fromSize toSize trigger
    cluster { id name }
    target { __typename ... on NodePool { id name } ... on Workload { id replicas } }
  }
}`;

export const DELETE_CLUSTER = `mutation Delete($input: DeleteClusterInput!) {
  deleteCluster(input: $input) { cluster { id state } operation { id } userErrors { code message } }
}`;

export const KUBECONFIG = `query Kubeconfig($id: ID!) { cluster(id: $id) { kubeconfig(ttlMinutes: 60) { yaml expiresAt } } }`;

/** Manifest of a deployment that every cluster with a node can run. */
export function deploymentYaml(name: string, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default, labels: { app: ${name} } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: web
          image: nginx:1.29
          resources: { requests: { cpu: 100m, memory: 64Mi } }
`;
}
