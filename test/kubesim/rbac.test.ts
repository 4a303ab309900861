import { describe, expect, test } from 'vitest';
import { type Attributes, forbiddenError } from '../../kubesim/kubernetes/rbac/attributes.js';
import { decideBy } from '../../kubesim/kubernetes/rbac/authorizer.js';
import { rulesAllow } from '../../kubesim/kubernetes/rbac/policy-rule.js';
import { RoleIndex } from '../../kubesim/kubernetes/rbac/role-index.js';
import type { Role, RoleBinding, Subject } from '../../kubesim/kubernetes/kinds/access-control.js';
import {
  describeRules,
  missingRules,
  type PolicyRule,
  TooManyRulesError,
} from '../../kubesim/kubernetes/kinds/policy-rule.js';

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
    for (const text of allowed)
      expect([text, rulesAllow([rule], parseAttributes(text))]).toEqual([text, true]);
    for (const text of denied)
      expect([text, rulesAllow([rule], parseAttributes(text))]).toEqual([text, false]);
  });

  test('with resource names allow only those objects', () => {
    const rule = { apiGroups: [''], resources: ['pods'], resourceNames: ['web'], verbs: ['get'] };
    const get = { verb: 'get', group: '', resource: 'pods' };
    expect(['web', 'db'].map((name) => rulesAllow([rule], { ...get, name }))).toEqual([true, false]);
  });
});

const apiGroup = 'rbac.authorization.k8s.io';
const metadata = (name: string, namespace?: string) => ({
  ...{ name, uid: name, resourceVersion: '1', creationTimestamp: '' },
  ...(namespace !== undefined && { namespace }),
});
const role = (name: string, rules: readonly PolicyRule[], namespace?: string): Role => ({
  ...{ apiVersion: `${apiGroup}/v1`, kind: namespace === undefined ? 'ClusterRole' : 'Role' },
  ...{ metadata: metadata(name, namespace), rules },
});
const binding = (name: string, of: Role, subjects: readonly Subject[], namespace?: string): RoleBinding => ({
  ...{ apiVersion: `${apiGroup}/v1`, kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding' },
  ...{
    metadata: metadata(name, namespace),
    roleRef: { apiGroup, kind: of.kind, name: of.metadata.name },
    subjects,
  },
});
const user = (name: string): Subject => ({ apiGroup, kind: 'User', name });

describe('bindings', () => {
  const readPods = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const getPod = { verb: 'get', group: '', resource: 'pods', namespace: 'shop', name: 'web' };
  const bob = { username: 'bob', groups: [] };

  test('of a role that does not exist allow nothing and are named in the reason', () => {
    const index = new RoleIndex();
    const reader = role('reader', readPods);
    index.addBinding(binding('readers', reader, [user('bob')]));
    expect(decideBy(index, bob, getPod)).toEqual({
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "reader" not found',
    });
    index.addRole(reader);
    expect(decideBy(index, bob, getPod).allowed).toBe(true);
    index.removeRole(reader);
    expect(decideBy(index, bob, getPod).allowed).toBe(false);
  });

  test('allow only in their namespace', () => {
    const index = new RoleIndex();
    const reader = role('reader', readPods, 'shop');
    index.addRole(reader);
    index.addBinding(binding('readers', reader, [user('bob')], 'shop'));
    expect(decideBy(index, bob, getPod).reason).toBe(
      'RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to User "bob"',
    );
    expect(decideBy(index, bob, { ...getPod, namespace: 'other' }).allowed).toBe(false);
    expect(decideBy(index, bob, { ...getPod, namespace: undefined }).allowed).toBe(false);
  });

  test('allow until the last of them with the subject is removed', () => {
    const index = new RoleIndex();
    const reader = role('reader', readPods);
    const bindings = ['a', 'b'].map((name) => binding(name, reader, [user('bob'), user('bob')]));
    index.addRole(reader);
    for (const each of bindings) index.addBinding(each);
    const allowed = bindings.map((each) => {
      index.removeBinding(each);
      return decideBy(index, bob, getPod).allowed;
    });
    expect(allowed).toEqual([true, false]);
  });

  test('of a service account allow the user that it is', () => {
    const index = new RoleIndex();
    const reader = role('reader', readPods);
    index.addRole(reader);
    index.addBinding(
      binding('robots', reader, [{ kind: 'ServiceAccount', namespace: 'shop', name: 'robot' }]),
    );
    const allowed = (username: string) => decideBy(index, { username, groups: [] }, getPod).allowed;
    expect(
      ['system:serviceaccount:shop:robot', 'system:serviceaccount:x:robot', 'robot'].map(allowed),
    ).toEqual([true, false, false]);
  });
});

describe('missing rules', () => {
  const owned = [
    { apiGroups: ['apps'], resources: ['*'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods', '*/log'], resourceNames: ['web'], verbs: ['*'] },
    { nonResourceURLs: ['/metrics', '/apis/*'], verbs: ['get'] },
  ];
  const cases: readonly (readonly [PolicyRule, readonly string[]])[] = [
    [{ apiGroups: ['apps'], resources: ['deployments', 'x/scale'], verbs: ['get'] }, []],
    [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'watch', 'delete'] },
      ['{APIGroups:["apps"], Resources:["deployments"], Verbs:["watch" "delete"]}'],
    ],
    [{ apiGroups: [''], resources: ['services/log'], resourceNames: ['web'], verbs: ['delete'] }, []],
    [
      { apiGroups: [''], resources: ['pods'], resourceNames: ['web', 'db'], verbs: ['get'] },
      ['{APIGroups:[""], Resources:["pods"], ResourceNames:["db"], Verbs:["get"]}'],
    ],
    [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
    ],
    [
      { nonResourceURLs: ['/apis/apps', '/logs'], verbs: ['get'] },
      ['{NonResourceURLs:["/logs"], Verbs:["get"]}'],
    ],
  ];

  test.each(cases)('of %j are the parts that are not owned', (rule, expected) => {
    expect(describeRules(missingRules(owned, [rule]))).toEqual(expected);
  });

  test('of a rule with too many combinations are not searched', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
    const rule = { apiGroups: names, resources: names, resourceNames: names, verbs: names };
    expect(() => missingRules(owned, [rule])).toThrow(TooManyRulesError);
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
