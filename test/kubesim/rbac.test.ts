import { describe, expect, test } from 'vitest';
import { kubernetesGroups } from '../../access/kubernetes-user.js';
import { type Attributes, forbiddenError } from '../../kubesim/kubernetes/api/rbac/attributes.js';
import { decide } from '../../kubesim/kubernetes/api/rbac/authorizer.js';
import { type PolicyRule, ruleAllows } from '../../kubesim/kubernetes/api/rbac/policy-rule.js';

/** `verb group/resource`, `verb resource/subresource` of the core group, or `verb /path`. */
function parseAttributes(text: string): Attributes {
  const [verb = '', target = ''] = text.split(' ');
  if (target.startsWith('/')) return { verb, path: target };
  const [whole = '', subresource] = target.split('/');
  const [resource = '', ...group] = whole.split('.');
  return { verb, group: group.join('.'), resource, subresource, namespace: 'default' };
}

describe('rules of a role', () => {
  const rules: readonly (readonly [PolicyRule, allowed: readonly string[], denied: readonly string[]])[] = [
    [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
      ['get deployments.apps', 'list deployments.apps'],
      ['get deployments', 'get deployments.apps/scale', 'update deployments.apps', 'get /apis/apps'],
    ],
    [
      { apiGroups: [''], resources: ['*/log'], verbs: ['*'] },
      ['get pods/log', 'create pods/log'],
      ['get pods', 'get pods/exec', 'get pods.apps/log'],
    ],
    [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      ['impersonate users', 'create pods/exec', 'delete secrets', '* *.*'],
      ['get /metrics'],
    ],
    [
      { nonResourceURLs: ['/healthz', '/apis/*'], verbs: ['get'] },
      ['get /healthz', 'get /apis/apps'],
      ['get /healthz/x', 'get /api', 'post /healthz', 'get pods'],
    ],
    [{ apiGroups: [''], resources: ['pods'], resourceNames: ['web'], verbs: ['get'] }, [], ['get pods']],
  ];

  test.each(rules)('%j allow exactly the listed requests', (rule, allowed, denied) => {
    for (const text of allowed) expect([text, ruleAllows(rule, parseAttributes(text))]).toEqual([text, true]);
    for (const text of denied) expect([text, ruleAllows(rule, parseAttributes(text))]).toEqual([text, false]);
  });

  test('with resource names allow only those objects', () => {
    const rule = { apiGroups: [''], resources: ['pods'], resourceNames: ['web'], verbs: ['get'] };
    const get = { verb: 'get', group: '', resource: 'pods' };
    expect(['web', 'db'].map((name) => ruleAllows(rule, { ...get, name }))).toEqual([true, false]);
  });
});

describe('groups', () => {
  const { readers, writers } = kubernetesGroups;
  const groups: readonly (readonly [string, allowed: readonly string[], denied: readonly string[]])[] = [
    [
      readers,
      [
        'get pods',
        'list pods',
        'watch deployments.apps',
        'get pods/log',
        'list nodes',
        'list pods.metrics.k8s.io',
      ],
      [
        ...[
          'get secrets',
          'list secrets',
          'watch secrets',
          'create pods',
          'delete pods',
          'patch deployments.apps',
        ],
        ...[
          'update deployments.apps/scale',
          'create pods/exec',
          'create pods/eviction',
          'create pods/binding',
        ],
        ...[
          'create serviceaccounts/token',
          'impersonate users',
          'impersonate groups',
          'impersonate serviceaccounts',
        ],
        ...['create subjectaccessreviews.authorization.k8s.io', 'get /metrics', '* *.*', 'get *'],
      ],
    ],
    [writers, ['get secrets', 'delete pods', 'impersonate users', 'get /metrics', '* *.*'], []],
    ['system:masters', ['get secrets', 'impersonate groups', '* *.*'], []],
    [
      'system:authenticated',
      [
        ...['get /version', 'get /apis/apps/v1', 'create selfsubjectaccessreviews.authorization.k8s.io'],
        'create selfsubjectreviews.authentication.k8s.io',
      ],
      ['get pods', 'list namespaces', 'get /metrics', 'impersonate users'],
    ],
    ['anything', [], ['get pods', 'get /version']],
  ];

  test.each(groups)('%s has the rights of its roles', (group, allowed, denied) => {
    const may = (text: string) => decide({ username: 'bob', groups: [group] }, parseAttributes(text)).allowed;
    for (const text of allowed) expect([text, may(text)]).toEqual([text, true]);
    for (const text of denied) expect([text, may(text)]).toEqual([text, false]);
  });

  test('a user gets the binding that allows the request', () => {
    const user = { username: 'bob', groups: [readers] };
    expect(decide(user, parseAttributes('get pods')).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "fleetgraph:readers" of ClusterRole "view" to Group "fleetgraph:readers"',
    );
  });
});

test.each([
  [
    { verb: 'list', group: '', resource: 'pods', namespace: 'default' },
    'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
  ],
  [
    {
      verb: 'get',
      group: 'apps',
      resource: 'deployments',
      namespace: 'x',
      name: 'web',
      subresource: 'scale',
    },
    'deployments.apps "web" is forbidden: User "bob" cannot get resource "deployments/scale" in API group "apps" in the namespace "x"',
  ],
  [
    { verb: 'impersonate', group: '', resource: 'users', name: 'ann' },
    'users "ann" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
  ],
  [{ verb: 'get', path: '/metrics' }, 'forbidden: User "bob" cannot get path "/metrics"'],
])('rejects %j with the message of Kubernetes', (attributes, message) => {
  const error = forbiddenError({ username: 'bob', groups: [] }, attributes);
  expect([error.code, error.reason, error.message]).toEqual([403, 'Forbidden', message]);
});
