import { expect } from 'vitest';
import type { ApiResponse } from '../../api-client.js';
import type { CaseContext } from '../../contract-case.js';
import { expectError, expectSuccess } from '../../expectations.js';
import { configMap } from '../../manifests.js';
import { configMapsOf } from '../../paths.js';
import { ALLOWED, patched, type ReviewRequest, type Webhook } from '../../webhook-server.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
export const PATHS = {
  validating: `${GROUP}/validatingwebhookconfigurations`,
  mutating: `${GROUP}/mutatingwebhookconfigurations`,
};

export const rule = (resource: string, ...operations: string[]) => ({
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations,
  resources: [resource],
});

/** The label by which a case learns that its webhooks are in force. */
export const MARKER = 'marker';

/** A webhook, or several of one configuration: by default for each creation of a ConfigMap. */
interface Registration {
  readonly serve?: Webhook;
  readonly [field: string]: unknown;
}

/** Registers webhooks for the namespace of the case; returns when they are in force, with the names of the webhooks. */
export async function register(
  context: CaseContext,
  kind: keyof typeof PATHS,
  ...registrations: readonly Registration[]
): Promise<string[]> {
  const { api, namespace, unique, serve, eventually } = context;
  const name = unique('hook');
  const common = {
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    objectSelector: { matchExpressions: [{ key: MARKER, operator: 'DoesNotExist' }] },
    rules: [rule('configmaps', 'CREATE')],
  };
  const webhooks = registrations.map(({ serve: webhook, ...fields }, index) => ({
    ...common,
    name: `w${index}.${name}.example.com`,
    ...(webhook && { clientConfig: serve(webhook) }),
    ...fields,
  }));
  const marker = {
    ...common,
    name: `marker.${name}.example.com`,
    clientConfig: serve(() => ({ allowed: false })),
    rules: [rule('configmaps', 'CREATE')],
    objectSelector: { matchLabels: { [MARKER]: name } },
  };
  const body = { metadata: { name }, webhooks: [...webhooks, marker] };
  // A controller creates a ConfigMap in each new namespace.
  await eventually(async () => (await api.get(`${configMapsOf(namespace)}/kube-root-ca.crt`)).status === 200);
  expectSuccess(await api.post(PATHS[kind], body), 201);
  const marked = { ...configMap('marker'), metadata: { name: 'marker', labels: { [MARKER]: name } } };
  await eventually(async () => {
    const { body: answer } = await api.post(`${configMapsOf(namespace)}?dryRun=All`, marked);
    return answer.message?.includes(marker.name);
  });
  return webhooks.map((webhook) => webhook.name);
}

export const createMap = ({ api, namespace }: CaseContext, data: Record<string, string> = {}, query = '') =>
  api.post(`${configMapsOf(namespace)}${query}`, configMap('map', data));

/** Patches ConfigMaps: sets `data.<key>`. */
export const setting =
  (key: string, value: (request: ReviewRequest) => string = () => 'yes'): Webhook =>
  (request) =>
    patched({ op: 'add', path: `/data/${key}`, value: value(request) });

/** Keeps the requests of a webhook. */
export function recording(webhook: Webhook = () => ALLOWED) {
  const requests: ReviewRequest[] = [];
  const serve: Webhook = (request, http) => {
    requests.push(request);
    return webhook(request, http);
  };
  return { requests, serve };
}

/** Expects that a webhook could not be called, for a reason. */
export function expectFailedCall(response: ApiResponse, name = '', reason: string | RegExp): void {
  expectError(response, 500, 'InternalError');
  expect(response.body.message).toContain(`Internal error occurred: failed calling webhook "${name}": `);
  expect(response.body.message).toMatch(reason);
}

export async function createDefinition(
  { api, unique, eventually }: CaseContext,
  versions: readonly string[] = ['v1'],
): Promise<{ path: (namespace: string, version?: string) => string; apiVersion: string; group: string }> {
  const group = `${unique('group')}.example.com`;
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { size: { type: 'integer', maximum: 5 }, color: { type: 'string', default: 'red' } },
        },
      },
    },
  };
  const body = {
    metadata: { name: `robots.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'robots', kind: 'Robot' },
      versions: versions.map((name, index) => ({ name, served: true, storage: index === 0, schema })),
    },
  };
  expectSuccess(await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body), 201);
  const path = (namespace: string, version = versions[0] ?? '') =>
    `/apis/${group}/${version}/namespaces/${namespace}/robots`;
  await eventually(async () => (await api.get(path('default', versions.at(-1)))).status === 200);
  return { path, apiVersion: `${group}/${versions[0] ?? ''}`, group };
}
