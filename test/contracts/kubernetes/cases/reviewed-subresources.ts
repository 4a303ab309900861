import { expect } from 'vitest';
import type { ApiResponse } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { deployment, pod } from '../manifests.js';
import { deploymentsOf, podsOf } from '../paths.js';
import { accountsOf } from './bound-tokens.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';

interface Subresource {
  readonly group?: string;
  readonly resource: string;
  readonly operation: string;
  /** What its requests must be like. */
  readonly expression: string;
}

/** Creates a policy for a subresource of the case's namespace; returns its name. */
async function restrict(
  { api, namespace, unique }: CaseContext,
  { group = '', resource, operation, expression }: Subresource,
): Promise<string> {
  const name = unique('policy');
  const rule = {
    ...{ apiGroups: [group], apiVersions: ['v1'] },
    ...{ operations: [operation], resources: [resource] },
  };
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression, message: 'not so' }],
  };
  expectSuccess(await api.post(`${GROUP}/validatingadmissionpolicies`, { metadata: { name }, spec }), 201);
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const binding = { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector } };
  const path = `${GROUP}/validatingadmissionpolicybindings`;
  expectSuccess(await api.post(path, { metadata: { name }, spec: binding }), 201);
  return name;
}

/** The first response that is an error of validation: API servers notice a policy after a moment. */
const denialOf = ({ eventually }: CaseContext, send: () => Promise<ApiResponse>) =>
  eventually(async () => {
    const response = await send();
    return response.status === 422 && response;
  });

const denied = (policy: string, name: string) =>
  `${name} is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: not so`;

/** ValidatingAdmissionPolicies of requests for subresources. */
export const reviewedSubresources: Area['cases'] = {
  async 'rejects a token of a service account that a ValidatingAdmissionPolicy denies'(context) {
    const { api, namespace } = context;
    const policy = await restrict(context, {
      resource: 'serviceaccounts/token',
      operation: 'CREATE',
      expression:
        "request.name != 'robot' || object.spec.expirationSeconds < 3600 && object.metadata.name == 'robot' && " +
        "object.metadata.namespace == request.namespace && request.kind.kind == 'TokenRequest' && size(object.spec.audiences) == 1",
    });
    expectSuccess(await api.post(accountsOf(namespace), { metadata: { name: 'robot' } }), 201);
    const request = (expirationSeconds?: number) =>
      api.post(`${accountsOf(namespace)}/robot/token`, { spec: { expirationSeconds } });
    const rejected = await denialOf(context, () => request(7200));
    expectError(rejected, 422, 'Invalid');
    expect(rejected.body.message).toBe(denied(policy, 'serviceaccounts "robot"'));
    expectError(await request(), 422, 'Invalid');
    expectSuccess(await request(600), 201);
  },

  async 'rejects the eviction of a pod that a ValidatingAdmissionPolicy denies'(context) {
    const { api, namespace } = context;
    const policy = await restrict(context, {
      resource: 'pods/eviction',
      operation: 'CREATE',
      expression: "object.metadata.name != 'stays' && request.subResource == 'eviction'",
    });
    for (const name of ['stays', 'goes'])
      expectSuccess(await api.post(podsOf(namespace), pod(name, { schedulerName: 'none' })), 201);
    const evict = (name: string) =>
      api.post(`${podsOf(namespace)}/${name}/eviction?dryRun=All`, {
        ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
      });
    const rejected = await denialOf(context, () => evict('stays'));
    expect(rejected.body.message).toBe(denied(policy, 'pods "stays"'));
    expectSuccess(await evict('goes'), 201);
  },

  async 'rejects the binding of a pod that a ValidatingAdmissionPolicy denies'(context) {
    const { api, namespace } = context;
    const policy = await restrict(context, {
      resource: 'pods/binding',
      operation: 'CREATE',
      expression: "object.target.name != 'forbidden'",
    });
    expectSuccess(await api.post(podsOf(namespace), pod('web', { schedulerName: 'none' })), 201);
    const bind = (name: string) =>
      api.post(`${podsOf(namespace)}/web/binding?dryRun=All`, {
        ...{ metadata: { name: 'web' }, target: { kind: 'Node', name } },
      });
    const rejected = await denialOf(context, () => bind('forbidden'));
    expect(rejected.body.message).toBe(denied(policy, 'pods "web"'));
  },

  async 'rejects a connection to a pod that a ValidatingAdmissionPolicy denies'(context) {
    const { api, namespace } = context;
    const policy = await restrict(context, {
      resource: 'pods/exec',
      operation: 'CONNECT',
      expression: "object.command != ['sh'] && oldObject == null",
    });
    expectSuccess(await api.post(podsOf(namespace), pod('web', { schedulerName: 'none' })), 201);
    const exec = (command: string) =>
      api.post(`${podsOf(namespace)}/web/exec?command=${command}&container=main&stdout=true`, {});
    const rejected = await denialOf(context, () => exec('sh'));
    expect(rejected.body.message).toBe(denied(policy, 'pods "web"'));
    expect((await exec('ls')).status).not.toBe(422);
  },

  async 'rejects a request to a proxy that a ValidatingAdmissionPolicy denies'(context) {
    const { api, namespace } = context;
    const policy = await restrict(context, {
      resource: '*/proxy',
      operation: 'CONNECT',
      expression: "object.kind.endsWith('ProxyOptions') && object.path != '/admin/'",
    });
    for (const kind of ['pods', 'services']) {
      const path = `/api/v1/namespaces/${namespace}/${kind}/web:80/proxy`;
      const rejected = await denialOf(context, () => api.get(`${path}/admin/`));
      expect(rejected.body.message).toBe(denied(policy, `${kind} "web:80"`));
      expectError(await api.get(`${path}/`), 404, 'NotFound');
    }
  },

  async 'rejects a scale that a ValidatingAdmissionPolicy denies'(context) {
    const { api, namespace } = context;
    const policy = await restrict(context, {
      ...{ group: 'apps', resource: 'deployments/scale', operation: 'UPDATE' },
      expression: "request.kind.kind == 'Scale' && object.spec.replicas < 3",
    });
    expectSuccess(await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 })), 201);
    const scale = (replicas: number) =>
      api.patch(`${deploymentsOf(namespace)}/web/scale?dryRun=All`, 'merge', { spec: { replicas } });
    const rejected = await denialOf(context, () => scale(5));
    expect(rejected.body.message).toBe(denied(policy, 'deployments.apps "web"'));
    expectSuccess(await scale(2));
  },
};
