import { newClientToken } from '@fleetgraph/client';
import { graphql } from '../../generated/index.js';
import { expectAccepted, assertThat, need, type Step } from '../demo-context.js';
import { watchPods } from '../watch-pods.js';
import { retryWhileUnavailable, throwIfUnavailable } from '../retry-while-unavailable.js';

const REPLICAS = 2;

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: default
  labels: { app: web }
spec:
  replicas: ${REPLICAS}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: nginx
          image: nginx:1.29
          ports: [{ containerPort: 80 }]
          resources: { requests: { cpu: 100m, memory: 64Mi } }
`;

const Deploy = graphql(`
  mutation DemoDeploy($input: ApplyManifestInput!) {
    applyManifest(input: $input) {
      objects {
        kind
        name
        result
      }
      workload {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const deployWorkload: Step = {
  title: `Deploy nginx with ${REPLICAS} replicas and watch its pods`,
  async run(context, output) {
    const input = { clusterId: need(context, 'clusterId'), yaml: MANIFEST, clientToken: newClientToken() };
    const applyManifest = await retryWhileUnavailable(context, async () => {
      const result = await context.client.mutate(Deploy, { input }, { signal: context.signal });
      throwIfUnavailable(result.applyManifest.userErrors);
      return result.applyManifest;
    });
    expectAccepted('the manifest', applyManifest.userErrors);
    for (const { kind, name, result } of applyManifest.objects)
      output.line(`${kind} ${name}: ${result ?? 'rejected'}`);
    assertThat(applyManifest.workload, 'the manifest made no workload');
    context.workloadId = applyManifest.workload.id;
    await watchPods(context, REPLICAS, output);
  },
};
