import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { service } from '../manifests.js';
import { podsOf, servicesOf } from '../paths.js';
import { runPod, webServer } from '../running-pods.js';

/** A pod with a web server and a Service for it, which has its endpoint; returns the path of the Service without its port. */
async function serve(context: CaseContext): Promise<string> {
  const { api, namespace, eventually } = context;
  await runPod(context, 'web', webServer);
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  expectSuccess(await api.post(servicesOf(namespace), service('web', { ports })), 201);
  const path = `${servicesOf(namespace)}/web`;
  await eventually(async () => (await api.get(`${path}:80/proxy/hostname`)).status === 200);
  return path;
}

interface Summary {
  readonly node: object;
  readonly pods: readonly { readonly podRef: { readonly namespace: string } }[];
}

interface PodList {
  readonly items: readonly { readonly metadata: { readonly uid: string } }[];
}

/** The path of the proxy to the kubelet that runs a pod. */
async function kubeletOf({ api, namespace }: CaseContext, name: string): Promise<string> {
  const { body } = await api.get(`${podsOf(namespace)}/${name}`);
  return `/api/v1/nodes/${String(body.spec['nodeName'])}/proxy`;
}

/** Requests that the API server proxies to pods, Services and kubelets. */
export const proxies: Area = {
  name: 'proxies',
  cases: {
    async 'proxies a request to a port of a pod'(context) {
      const path = await runPod(context, 'web', webServer);
      const response = await context.api.get(`${path}:8080/proxy/echo?msg=hello`);
      expect([response.status, response.text]).toEqual([200, 'hello']);
    },

    async 'proxies to the first port of a pod by default'(context) {
      const path = await runPod(context, 'web', webServer);
      expect((await context.api.get(`${path}/proxy/hostname`)).text).toBe('web');
    },

    async 'returns the status of the proxied server'(context) {
      const path = await runPod(context, 'web', webServer);
      const response = await context.api.get(`${path}:8080/proxy/echo?msg=no&code=418`);
      expect([response.status, response.text]).toEqual([418, 'no']);
    },

    async 'does not show the credential of the client to a pod'(context) {
      const path = await runPod(context, 'web', webServer);
      expect((await context.api.get(`${path}:8080/proxy/header?key=authorization`)).text).toBe('');
    },

    async 'redirects to the path of a proxied server with a slash'(context) {
      const path = await runPod(context, 'web', webServer);
      const response = await context.api.call('GET', `${path}:8080/proxy`, { redirect: 'manual' });
      expect(response.status).toBe(301);
      expect(response.headers.get('location')).toMatch(/\/pods\/web:8080\/proxy\/$/);
    },

    async 'answers 503 if nothing listens on the port of a pod'(context) {
      const path = await runPod(context, 'web', webServer);
      const rejected = await context.api.get(`${path}:8081/proxy/`);
      expect(rejected.status).toBe(503);
      expect(rejected.text).toContain('error trying to reach service');
    },

    async 'answers 404 for the proxy of a pod that does not exist'({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/pods/none:80/proxy/`;
      expectError(await api.get(path), 404, 'NotFound');
    },

    async 'proxies a request to a Service by the number and the name of its port'(context) {
      const path = await serve(context);
      expect((await context.api.get(`${path}:80/proxy/echo?msg=a`)).text).toBe('a');
      expect((await context.api.get(`${path}:http/proxy/echo?msg=b`)).text).toBe('b');
    },

    async 'answers 503 for a port that a Service does not have'(context) {
      const path = await serve(context);
      const rejected = await context.api.get(`${path}:81/proxy/`);
      expectError(rejected, 503, 'ServiceUnavailable');
      expect(rejected.body.message).toBe('no service port 81 found for service "web"');
    },

    async 'answers 503 for a Service without endpoints'({ api, namespace, eventually }) {
      await api.post(servicesOf(namespace), service('web'));
      const rejected = await eventually(async () => {
        const response = await api.get(`${servicesOf(namespace)}/web:80/proxy/`);
        return response.status === 503 && response;
      });
      expectError(rejected, 503, 'ServiceUnavailable');
      expect(rejected.body.message).toBe('no endpoints available for service "web"');
    },

    async 'serves the usage of containers by the kubelet of a node'(context) {
      await runPod(context, 'web', webServer);
      const kubelet = await kubeletOf(context, 'web');
      const time = expect.stringMatching(/^20\d\d-/) as string;
      const positive = expect.any(Number) as number;
      const usage = {
        cpu: { time, usageNanoCores: positive, usageCoreNanoSeconds: positive },
        memory: { time, workingSetBytes: positive },
      };
      const summary = (await context.api.get(`${kubelet}/stats/summary`)).body as unknown as Summary;
      expect(summary.node).toMatchObject(usage);
      const own = summary.pods.find(({ podRef }) => podRef.namespace === context.namespace);
      expect(own).toMatchObject({
        podRef: { name: 'web' },
        containers: [{ name: 'main', ...usage }],
        ...usage,
      });
    },

    async 'answers a request to a kubelet or pod for a path of slashes'(context) {
      const { api } = context;
      const path = await runPod(context, 'web', webServer);
      const kubelet = await kubeletOf(context, 'web');
      expect((await api.get(`${kubelet}//`)).status).toBe(404);
      expect((await api.get(`${path}:8080/proxy//`)).status).toBe(200);
    },

    async 'serves metrics of containers and of the kubelet in the text format'(context) {
      await runPod(context, 'web', webServer);
      const kubelet = await kubeletOf(context, 'web');
      const labels = `container="main",namespace="${context.namespace}",pod="web"`;
      const resource = (await context.api.get(`${kubelet}/metrics/resource`)).text;
      for (const name of ['container_cpu_usage_seconds_total', 'container_memory_working_set_bytes'])
        expect(resource).toMatch(new RegExp(`^${name}\\{${labels}\\} [0-9.e+-]+ \\d+$`, 'm'));
      expect(resource).toMatch(/^node_memory_working_set_bytes [0-9.e+]+ \d+$/m);
      expect((await context.api.get(`${kubelet}/metrics/cadvisor`)).text).toContain('machine_cpu_cores ');
      expect((await context.api.get(`${kubelet}/metrics`)).text).toMatch(/^kubelet_running_pods \d+$/m);
    },

    async 'serves the health, the configuration and the pods of the kubelet of a node'(context) {
      await runPod(context, 'web', webServer);
      const kubelet = await kubeletOf(context, 'web');
      expect((await context.api.get(`${kubelet}/healthz`)).text).toBe('ok');
      const { body } = await context.api.get(`${kubelet}/configz`);
      expect(body).toMatchObject({ kubeletconfig: { kind: 'KubeletConfiguration' } });
      const pods = (await context.api.get(`${kubelet}/pods`)).body as unknown as PodList;
      expect(pods.items.map(({ metadata }) => metadata.uid)).toContain(
        (await context.api.get(`${podsOf(context.namespace)}/web`)).body.metadata.uid,
      );
      expect((await context.api.get(`${kubelet}/none`)).status).toBe(404);
    },

    async 'forbids the proxy of a node to a user without the right'(context) {
      await runPod(context, 'web', webServer);
      const user = await context.user(context.unique('reader'), 'no-role');
      const rejected = await user.get(`${await kubeletOf(context, 'web')}/stats/summary`);
      expectError(rejected, 403, 'Forbidden');
    },

    async 'forbids the proxy of a pod to a user without the right'(context) {
      const path = await runPod(context, 'web', webServer);
      const user = await context.user(context.unique('reader'), 'no-role');
      const rejected = await user.get(`${path}:8080/proxy/`);
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toContain('pods "web:8080" is forbidden');
    },
  },
};
