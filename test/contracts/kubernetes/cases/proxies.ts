import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { service } from '../manifests.js';
import { servicesOf } from '../paths.js';
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

/** Requests that the API server proxies to pods and Services. */
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

    async 'forbids the proxy of a pod to a user without the right'(context) {
      const path = await runPod(context, 'web', webServer);
      const user = await context.user(context.unique('reader'), 'no-role');
      const rejected = await user.get(`${path}:8080/proxy/`);
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toContain('pods "web:8080" is forbidden');
    },
  },
};
