import { expect } from 'vitest';
import { createCertificateAuthority, issueCertificate } from '../../../../kubesim/certificates.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { container, service } from '../manifests.js';
import { configMapsOf, servicesOf } from '../paths.js';
import { runPod } from '../running-pods.js';

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const METRICS = '/apis/metrics.k8s.io/v1beta1';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const FLUNDERS = {
  name: 'flunders',
  singularName: 'flunder',
  namespaced: true,
  kind: 'Flunder',
  verbs: ['get'],
};

/** Certificates of a server behind the Service `server`, with those that verify it. */
async function certificates(namespace: string) {
  const now = new Date();
  const authority = await createCertificateAuthority(now, 'aggregated-apis');
  const host = `server.${namespace}.svc`;
  const request = { subject: { name: host }, use: 'server', hosts: [host] } as const;
  return { ...(await issueCertificate(authority, request, now)), ca: authority.cert };
}

/** Starts a server of the resource `flunders` in the group behind the Service `server`; returns what verifies it. */
async function serve(context: CaseContext, group: string): Promise<string> {
  const { api, namespace } = context;
  const { key, cert, ca } = await certificates(namespace);
  const discovery = {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${group}/v1`,
    resources: [FLUNDERS],
  };
  const data = { key, cert, v1: JSON.stringify(discovery) };
  expectSuccess(await api.post(configMapsOf(namespace), { metadata: { name: 'server' }, data }), 201);
  const configMap = { name: 'server' };
  await runPod(context, 'server', {
    volumes: [
      { name: 'tls', configMap },
      { name: 'apis', configMap: { ...configMap, items: [{ key: 'v1', path: 'v1' }] } },
    ],
    containers: [
      container({
        image: 'registry.k8s.io/e2e-test-images/agnhost:2.63',
        args: [
          'test-webserver',
          '--port=8443',
          '--tls-cert-file=/tls/cert',
          '--tls-private-key-file=/tls/key',
        ],
        volumeMounts: [
          { name: 'tls', mountPath: '/tls' },
          { name: 'apis', mountPath: `/apis/${group}` },
        ],
      }),
    ],
  });
  const ports = [{ port: 443, targetPort: 8443 }];
  expectSuccess(await api.post(servicesOf(namespace), service('server', { ports })), 201);
  return Buffer.from(ca).toString('base64');
}

/** Registers the group at the Service `server`. The registration is deleted after `use`: it would delay others. */
async function register(
  { api, namespace }: CaseContext,
  group: string,
  spec: object,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const body = {
    metadata: { name: `v1.${group}` },
    spec: {
      ...{ group, version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15 },
      service: { namespace, name: 'server' },
      ...spec,
    },
  };
  expectSuccess(await api.post(API_SERVICES, body), 201);
  const path = `${API_SERVICES}/v1.${group}`;
  try {
    await use(path);
  } finally {
    expectSuccess(await api.delete(path));
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The condition Available, once it has the reason. */
function availability({ api, eventually }: CaseContext, path: string, reason: string): Promise<Condition> {
  return eventually(async () => {
    const conditions = (await api.get(path)).body.status?.['conditions'] as readonly Condition[] | undefined;
    return conditions?.find((each) => each.type === 'Available' && each.reason === reason) ?? false;
  });
}

/** The version of a group in the aggregated discovery. */
async function discovered({ api }: CaseContext, group: string) {
  const { text } = await api.get('/apis', { accept: AGGREGATED });
  const { items } = JSON.parse(text) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly versions: readonly {
        readonly version: string;
        readonly freshness: string;
        readonly resources?: readonly { readonly resource: string }[];
      }[];
    }[];
  };
  return items.find(({ metadata }) => metadata.name === group)?.versions[0];
}

/** Groups and versions whose requests the API server forwards to other servers. */
export const aggregatedApis: Area = {
  name: 'aggregated APIs',
  cases: {
    async 'forwards requests for a group to its server'(context) {
      const { api, eventually, unique } = context;
      const group = `${unique('group')}.example.com`;
      const caBundle = await serve(context, group);
      await register(context, group, { caBundle }, async (path) => {
        expect(await availability(context, path, 'Passed')).toMatchObject({
          status: 'True',
          message: 'all checks passed',
        });
        const discovery = await eventually(async () => {
          const response = await api.get(`/apis/${group}/v1`);
          return response.status === 200 && response;
        });
        expect(JSON.parse(discovery.text)).toMatchObject({ resources: [FLUNDERS] });
        const forwarded = await api.get(`/apis/${group}/v1/namespaces/default/flunders`);
        expect([forwarded.status, forwarded.text]).toEqual([404, '404 page not found\n']);
      });
    },

    async 'lists the resources of another server in discovery'(context) {
      const { api, eventually, unique } = context;
      const group = `${unique('group')}.example.com`;
      const caBundle = await serve(context, group);
      await register(context, group, { caBundle }, async () => {
        const found = await eventually(async () => {
          const version = await discovered(context, group);
          return version?.freshness === 'Current' && version;
        });
        expect(found.resources?.map(({ resource }) => resource)).toEqual(['flunders']);
        const { groups } = JSON.parse((await api.get('/apis')).text) as { groups: { name: string }[] };
        expect(groups.find(({ name }) => name === group)).toEqual({
          name: group,
          versions: [{ groupVersion: `${group}/v1`, version: 'v1' }],
          preferredVersion: { groupVersion: `${group}/v1`, version: 'v1' },
        });
      });
    },

    async 'forbids requests for another server to a user without the right'(context) {
      const group = `${context.unique('group')}.example.com`;
      const user = await context.user(context.unique('reader'), 'no-role');
      await register(context, group, { insecureSkipTLSVerify: true }, async (path) => {
        await availability(context, path, 'ServiceNotFound');
        const rejected = await user.get(`/apis/${group}/v1/namespaces/default/flunders/a`);
        expectError(rejected, 403, 'Forbidden');
        expect(rejected.body.message).toContain('flunders.');
      });
    },

    async 'answers 503 for a group whose Service does not exist'(context) {
      const { api, eventually, unique, namespace } = context;
      const group = `${unique('group')}.example.com`;
      await register(context, group, { insecureSkipTLSVerify: true }, async (path) => {
        expect(await availability(context, path, 'ServiceNotFound')).toMatchObject({
          status: 'False',
          message: `service/server in "${namespace}" is not present`,
        });
        const rejected = await eventually(async () => {
          const response = await api.get(`/apis/${group}/v1/flunders`);
          return response.status === 503 && response;
        });
        expect(rejected.text).toBe('service unavailable\n');
        const version = await eventually(async () => (await discovered(context, group)) ?? false);
        expect(version).toMatchObject({ version: 'v1', freshness: 'Stale' });
      });
    },

    async 'says that a Service does not have the port, or no endpoints'(context) {
      const { api, namespace, unique } = context;
      const group = `${unique('group')}.example.com`;
      await register(context, group, { insecureSkipTLSVerify: true }, async (path) => {
        await availability(context, path, 'ServiceNotFound');
        expectSuccess(await api.post(servicesOf(namespace), service('server')), 201);
        const { message } = await availability(context, path, 'ServicePortError');
        expect(message).toBe(`service/server in "${namespace}" is not listening on port 443`);
        const ports = [{ name: 'http', port: 443 }];
        expectSuccess(await api.patch(`${servicesOf(namespace)}/server`, 'merge', { spec: { ports } }));
        expect((await availability(context, path, 'MissingEndpoints')).message).toBe(
          `endpointslices for service/server in "${namespace}" have no addresses with port name "http"`,
        );
      });
    },

    async 'refuses malformed selectors of metrics'({ api, eventually }) {
      await eventually(async () => (await api.get(`${METRICS}/nodes`)).status === 200);
      const labels = await api.get(`${METRICS}/nodes?labelSelector=a,,b`);
      expectError(labels, 400, 'BadRequest');
      expect(labels.body.message).toContain("found ',', expected: identifier after ','");
      const fields = await api.get(`${METRICS}/pods?fieldSelector=spec.nodeName%3Da`);
      expectError(fields, 400, 'BadRequest');
      expect(fields.body.message).toContain('"spec.nodeName" is not a known field selector');
    },

    async 'selects the metrics of pods by their names and labels'(context) {
      const { api, namespace, eventually } = context;
      await runPod(context, 'web');
      const path = `${METRICS}/namespaces/${namespace}/pods`;
      const names = async (query: string) =>
        (await api.get(`${path}?${query}`)).body.items.map(({ metadata }) => metadata.name);
      await eventually(async () => (await names('')).length === 1);
      expect(await names('fieldSelector=metadata.name%3Dweb')).toEqual(['web']);
      expect(await names('fieldSelector=metadata.name%3Dother')).toEqual([]);
      expect(await names('labelSelector=nothing')).toEqual([]);
    },

    async 'does not forward to a server that it cannot verify'(context) {
      const { api, unique } = context;
      const group = `${unique('group')}.example.com`;
      await serve(context, group);
      const { ca } = await certificates(context.namespace);
      const caBundle = Buffer.from(ca).toString('base64');
      await register(context, group, { caBundle }, async (path) => {
        const { message } = await availability(context, path, 'FailedDiscoveryCheck');
        expect(message).toMatch(/^failing or missing response from https:/);
        expect(message).toContain('certificate signed by unknown authority');
        expect((await api.get(`/apis/${group}/v1`)).status).toBe(503);
      });
    },
  },
};
