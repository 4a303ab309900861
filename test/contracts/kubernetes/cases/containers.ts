import { expect } from 'vitest';
import { channels } from '../channel-connection.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { container, service } from '../manifests.js';
import { podsOf, servicesOf } from '../paths.js';
import { createPod, runPod, script } from '../running-pods.js';

/** Runs a command in a pod; returns its output. */
async function execIn({ api }: CaseContext, pod: string, text: string): Promise<string> {
  const words = ['sh', '-c', text].map((word) => `&command=${encodeURIComponent(word)}`).join('');
  using connection = api.channels(`${pod}/exec?stdout=true&stderr=true${words}`);
  await connection.status();
  return connection.text(channels.stdout);
}

/** The fields of the status of a container that cases compare. */
interface ContainerView {
  readonly name: string;
  readonly restartCount: number;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason: string };
  };
  readonly lastState: { readonly terminated?: { readonly exitCode: number; readonly reason: string } };
}

/** Waits for an event about the pod `web`. */
const eventOf = ({ api, namespace, eventually }: CaseContext, reason: string) =>
  eventually(async () => {
    const selector = `involvedObject.name=web,reason=${reason}`;
    return (await api.get(`/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`)).body.items[0];
  });

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

    async 'restarts a container that fails at once, and then after a while'(context) {
      const { api, eventually } = context;
      const pod = await createPod(context, 'web', { ...script('exit 3'), restartPolicy: 'Always' });
      const status = await eventually(async () => {
        const [main] = ((await api.get(pod)).body.status['containerStatuses'] ?? []) as ContainerView[];
        return main?.state.waiting?.reason === 'CrashLoopBackOff' && main;
      });
      expect(status.restartCount).toBeGreaterThanOrEqual(1);
      expect(status.state.waiting?.message).toMatch(
        /^back-off \d+(m\d+)?s restarting failed container=main pod=web_/,
      );
      expect(status.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    },

    async 'passes the output of a command to the next by a pipe'(context) {
      const pod = await runPod(
        context,
        'web',
        script('seq 3 | while read n; do echo "<$n>"; done; sleep 100000'),
      );
      await context.eventually(async () => (await context.api.get(`${pod}/log`)).text === '<1>\n<2>\n<3>\n');
      expect(await execIn(context, pod, 'printf "b\\na\\n" | sort | head -n 1')).toBe('a\n');
      expect(await execIn(context, pod, 'env | grep -c ^HOSTNAME=')).toBe('1\n');
    },

    async 'runs a hook at the start of a container, whose files the container has'(context) {
      const postStart = { exec: { command: ['sh', '-c', 'echo hello > /tmp/hook'] } };
      const pod = await runPod(context, 'web', script('sleep 100000', { lifecycle: { postStart } }));
      await context.eventually(async () => (await execIn(context, pod, 'cat /tmp/hook')) === 'hello\n');
    },

    async 'restarts a container whose hook fails at its start, and reports it'(context) {
      const postStart = { exec: { command: ['false'] } };
      const spec = { ...script('sleep 100000', { lifecycle: { postStart } }), restartPolicy: 'Always' };
      const pod = await createPod(context, 'web', spec);
      expect(await eventOf(context, 'FailedPostStartHook')).toMatchObject({
        ...{ type: 'Warning', message: 'PostStartHook failed' },
      });
      await context.eventually(async () => {
        const [main] = ((await context.api.get(pod)).body.status['containerStatuses'] ??
          []) as ContainerView[];
        return (main?.restartCount ?? 0) > 0;
      });
    },

    async 'reports a hook that fails before a container is stopped, and stops it'(context) {
      const preStop = { exec: { command: ['false'] } };
      const pod = await runPod(context, 'web', script('sleep 100000', { lifecycle: { preStop } }));
      expectSuccess(await context.api.delete(pod, { gracePeriodSeconds: 2 }));
      expect(await eventOf(context, 'FailedPreStopHook')).toMatchObject({
        ...{ type: 'Warning', message: 'PreStopHook failed' },
      });
      await context.eventually(async () => (await context.api.get(pod)).status === 404);
    },

    async 'kills a container that handles no signal at the end of its grace period'(context) {
      const { api, namespace } = context;
      const pod = await runPod(context, 'web', script('sleep 100000'));
      await using watch = await api.watch(`${podsOf(namespace)}?fieldSelector=metadata.name=web`);
      expectSuccess(await api.delete(pod, { gracePeriodSeconds: 10 }));
      const events = await watch.until(({ type }) => type === 'DELETED');
      const [status] = events.at(-1)?.object.status['containerStatuses'] as ContainerView[];
      expect(status?.state.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
      const { deletionTimestamp = '' } = events.at(-1)?.object.metadata ?? {};
      expect(deletionTimestamp).not.toBe('');
    },

    async 'ends sidecars after the containers of a pod, the last first'(context) {
      const { api, namespace } = context;
      // The hooks begin together, so that each container but the first of a wrong order would end visibly too early.
      const ending = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
      const sidecar = (name: string, more = {}) => container({ name, restartPolicy: 'Always', ...more });
      const pod = await runPod(context, 'web', {
        initContainers: [sidecar('first'), sidecar('second', ending(2))],
        containers: [container(ending(1))],
        terminationGracePeriodSeconds: 30,
      });
      await using watch = await api.watch(`${podsOf(namespace)}?fieldSelector=metadata.name=web`);
      expectSuccess(await api.delete(pod));
      const events = await watch.until(({ type }) => type === 'DELETED');
      const ended = events.map(({ object: { status } }) =>
        ['containerStatuses', 'initContainerStatuses']
          .flatMap((field) => (status[field] ?? []) as ContainerView[])
          .filter(({ state }) => state.terminated)
          .map(({ name }) => name),
      );
      // One status may report several that have ended.
      for (const names of ended) {
        if (names.includes('second')) expect(names).toContain('main');
        if (names.includes('first')) expect(names).toContain('second');
      }
      expect(ended.at(-1)).toContain('first');
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
