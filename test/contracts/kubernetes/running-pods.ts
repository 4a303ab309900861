import type { CaseContext } from './contract-case.js';
import { container, pod } from './manifests.js';
import { podsOf } from './paths.js';

/** Creates a pod and waits until its containers run; returns its path. */
export async function runPod(context: CaseContext, name: string, spec: object = {}): Promise<string> {
  const path = await createPod(context, name, spec);
  const { api, eventually } = context;
  await eventually(async () => (await api.get(path)).body.status['phase'] === 'Running');
  return path;
}

/** Creates a pod; returns its path. */
export async function createPod(
  { api, namespace, eventually }: CaseContext,
  name: string,
  spec: object = {},
): Promise<string> {
  const body = pod(name, { terminationGracePeriodSeconds: 0, ...spec });
  await eventually(async () => (await api.post(podsOf(namespace), body)).status === 201);
  return `${podsOf(namespace)}/${name}`;
}

/** The spec of a pod with one container, which runs a script. */
export const script = (text: string, more: Record<string, unknown> = {}): object => ({
  restartPolicy: 'Never',
  containers: [container({ image: 'busybox', command: ['sh', '-c', text], ...more })],
});

/** The spec of a pod that serves HTTP on port 8080 by `agnhost netexec`. */
export const webServer = {
  containers: [
    container({
      image: 'registry.k8s.io/e2e-test-images/agnhost:2.63',
      args: ['netexec', '--http-port=8080'],
      ports: [{ name: 'http', containerPort: 8080 }],
    }),
  ],
};
