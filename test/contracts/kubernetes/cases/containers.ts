import { expect } from 'vitest';
import { channels } from '../channel-connection.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { container, service } from '../manifests.js';
import { servicesOf } from '../paths.js';
import { createPod, runPod, script } from '../running-pods.js';

/** Runs a command in a pod; returns its output. */
async function execIn({ api }: CaseContext, pod: string, text: string): Promise<string> {
  const words = ['sh', '-c', text].map((word) => `&command=${encodeURIComponent(word)}`).join('');
  using connection = api.channels(`${pod}/exec?stdout=true&stderr=true${words}`);
  await connection.status();
  return connection.text(channels.stdout);
}

/** Waits until a pod has a condition with the status. */
async function condition({ api, eventually }: CaseContext, pod: string, type: string, status: string) {
  await eventually(async () => {
    const conditions = (await api.get(pod)).body.status['conditions'] as
      readonly { readonly type: string; readonly status: string }[] | undefined;
    return conditions?.some((each) => each.type === type && each.status === status);
  });
}

/** What containers do. */
export const containers: Area = {
  name: 'containers',
  cases: {
    async 'reports a pod as unready while the file that its probe requests is away'(context) {
      const httpGet = { path: '/localhost.crt', port: 80 };
      const pod = await runPod(context, 'web', {
        containers: [
          container({
            image: 'registry.k8s.io/e2e-test-images/agnhost:2.63',
            args: ['test-webserver'],
            readinessProbe: { httpGet, periodSeconds: 1, failureThreshold: 1 },
          }),
        ],
      });
      await condition(context, pod, 'Ready', 'True');
      expect(await execIn(context, pod, 'mv -v /localhost.crt /tmp/ || true')).toContain(
        '/tmp/localhost.crt',
      );
      await condition(context, pod, 'Ready', 'False');
      await execIn(context, pod, 'mv -v /tmp/localhost.crt / || true');
      await condition(context, pod, 'Ready', 'True');
    },

    async 'keeps the files of an emptyDir when a container restarts'(context) {
      const command = 'if [[ -r /data/foo ]]; then exit 0; else touch /data/foo; exit 1; fi';
      const volumeMounts = [{ name: 'data', mountPath: '/data' }];
      const pod = await createPod(context, 'twice', {
        ...script(command, { volumeMounts }),
        restartPolicy: 'OnFailure',
        volumes: [{ name: 'data', emptyDir: {} }],
      });
      await context.eventually(async () => (await context.api.get(pod)).body.status['phase'] === 'Succeeded');
      const { body } = await context.api.get(pod);
      expect(body.status['containerStatuses']).toMatchObject([{ restartCount: 1 }]);
    },

    async 'lets containers of a guestbook reach each other by their Services'(context) {
      const { api, namespace, eventually } = context;
      const start = (name: string, ...args: string[]) => {
        const image = 'registry.k8s.io/e2e-test-images/agnhost:2.63';
        return runPod(context, name, { containers: [container({ image, args: ['guestbook', ...args] })] });
      };
      await start('agnhost-primary', '--http-port', '6379');
      await start('agnhost-replica', '--replicaof', 'agnhost-primary', '--http-port', '6379');
      const frontend = await start('frontend', '--backend-port', '6379');
      for (const name of ['agnhost-primary', 'agnhost-replica']) {
        const spec = { selector: { app: name }, ports: [{ port: 6379, targetPort: 6379 }] };
        expectSuccess(await api.post(servicesOf(namespace), service(name, spec)), 201);
      }
      const page = `${frontend}:80/proxy/guestbook?key=messages`;
      await eventually(async () => (await api.get(`${page}&cmd=get`)).text === '{"data":""}');
      expect((await api.get(`${page}&cmd=set&value=entry`)).text).toBe('{"message":"Updated"}');
      expect((await api.get(`${page}&cmd=get`)).text).toBe('{"data":"entry"}');
    },

    async 'gives a container the token of its service account'(context) {
      const pod = await runPod(context, 'web', script('sleep 100000'));
      const token = await execIn(context, pod, 'cat /var/run/secrets/kubernetes.io/serviceaccount/token');
      const spec = { token: token.trim() };
      const review = await context.api.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec });
      expect(review.body.status).toMatchObject({
        authenticated: true,
        user: { username: `system:serviceaccount:${context.namespace}:default` },
      });
    },
  },
};
