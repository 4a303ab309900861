import { dnsSubdomain } from './formats.js';
import { invalidValue, required, unsupported } from '../schema/causes.js';
import { isUsable, labelSelectorCauses } from './label-selector-rules.js';
import type { KubeObject, LabelSelector } from './object.js';
import type { PolicyRule } from './policy-rule.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import { sameJson } from '../../../kernel/same-json.js';

/** A Role or ClusterRole. */
export interface Role extends KubeObject {
  readonly rules?: readonly PolicyRule[];
  /** Of a ClusterRole: a controller sets its rules to those of the ClusterRoles that the selectors match. */
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

/** A user, group or service account of a binding. */
export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The role of a binding. */
export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface RoleBinding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

const GROUP = 'rbac.authorization.k8s.io';

export const roles = defineResource<Role>({
  group: GROUP,
  kind: 'Role',
  validate: ({ rules = [] }) => rules.flatMap((rule, index) => ruleCauses(rule, `rules[${index}]`, true)),
});

export const clusterRoles = defineResource<Role>({
  group: GROUP,
  kind: 'ClusterRole',
  validate: ({ rules = [], aggregationRule }) => [
    ...rules.flatMap((rule, index) => ruleCauses(rule, `rules[${index}]`, false)),
    ...(aggregationRule ? aggregationCauses(aggregationRule.clusterRoleSelectors ?? []) : []),
  ],
});

function aggregationCauses(selectors: readonly LabelSelector[]): Cause[] {
  const field = 'aggregationRule.clusterRoleSelectors';
  if (selectors.length === 0)
    return [required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return selectors.flatMap((selector, index) => {
    const causes = labelSelectorCauses(`${field}[${index}]`, selector);
    if (isUsable(selector)) return causes;
    return [...causes, invalidValue(`${field}[${index}]`, null, 'invalid label selector.')];
  });
}

function ruleCauses(rule: PolicyRule, path: string, namespaced: boolean): Cause[] {
  const verbs = listCauses(rule.verbs, `${path}.verbs`, 'verbs must contain at least one value');
  if (rule.nonResourceURLs?.length) return [...verbs, ...urlCauses(rule, path, namespaced)];
  return [
    ...verbs,
    ...listCauses(rule.apiGroups, `${path}.apiGroups`, 'resource rules must supply at least one api group'),
    ...listCauses(rule.resources, `${path}.resources`, 'resource rules must supply at least one resource'),
  ];
}

function listCauses(list: readonly string[] | undefined, field: string, detail: string): Cause[] {
  return list?.length ? [] : [required(field, detail)];
}

function urlCauses(
  { apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
  path: string,
  namespaced: boolean,
): Cause[] {
  const causes: Cause[] = [];
  const add = (why: string) => causes.push(invalidValue(`${path}.nonResourceURLs`, nonResourceURLs, why));
  if (namespaced) add('namespaced rules cannot apply to non-resource URLs');
  if ([apiGroups, resources, resourceNames].some((list) => list?.length))
    add('rules cannot apply to both regular resources and non-resource URLs');
  return causes;
}

export const roleBindings = defineResource<RoleBinding>({
  group: GROUP,
  kind: 'RoleBinding',
  defaults: withGroups,
  validate: (binding, old) =>
    bindingCauses(binding, old, { kinds: ['Role', 'ClusterRole'], namespaced: true }),
  columns: bindingColumns(),
});

export const clusterRoleBindings = defineResource<RoleBinding>({
  group: GROUP,
  kind: 'ClusterRoleBinding',
  defaults: withGroups,
  validate: (binding, old) => bindingCauses(binding, old, { kinds: ['ClusterRole'], namespaced: false }),
  columns: bindingColumns(),
});

/** Users, groups and roles are of the group of RBAC, service accounts of the core group. */
function withGroups(binding: RoleBinding): RoleBinding {
  const { roleRef, subjects } = binding as Partial<RoleBinding>;
  return {
    ...binding,
    ...(roleRef && { roleRef: { ...roleRef, apiGroup: roleRef.apiGroup || GROUP } }),
    ...(subjects && { subjects: subjects.map(withGroup) }),
  };
}

function withGroup(subject: Subject): Subject {
  const isOfRbac = subject.kind === 'User' || subject.kind === 'Group';
  return isOfRbac && !subject.apiGroup ? { ...subject, apiGroup: GROUP } : subject;
}

function bindingColumns() {
  return [
    nameColumn<RoleBinding>(),
    {
      name: 'Role',
      type: 'string' as const,
      value: ({ roleRef }: RoleBinding) => `${roleRef.kind}/${roleRef.name}`,
    },
    ageColumn<RoleBinding>(),
  ];
}

function bindingCauses(
  { roleRef, subjects = [] }: RoleBinding,
  old: RoleBinding | undefined,
  { kinds, namespaced }: { readonly kinds: readonly string[]; readonly namespaced: boolean },
): Cause[] {
  const causes = roleCauses(roleRef, kinds);
  subjects.forEach((subject, index) =>
    causes.push(...subjectCauses(subject, `subjects[${index}]`, namespaced)),
  );
  if (old && !sameJson(old.roleRef, roleRef))
    causes.push(invalidValue('roleRef', roleRef, 'cannot change roleRef'));
  return causes;
}

function roleCauses(role: Partial<RoleRef> | undefined, kinds: readonly string[]): Cause[] {
  const { apiGroup = GROUP, kind = '', name = '' } = role ?? {};
  return [
    ...(apiGroup === GROUP ? [] : [unsupported('roleRef.apiGroup', apiGroup, [GROUP])]),
    ...(kinds.includes(kind) ? [] : [unsupported('roleRef.kind', kind, kinds)]),
    ...(name === '' ? [required('roleRef.name')] : []),
  ];
}

/** A service account without a namespace is one of the namespace of its RoleBinding. */
function subjectCauses(subject: Subject, path: string, namespaced: boolean): Cause[] {
  const { kind, name, apiGroup = '' } = subject;
  const causes = name ? [] : [required(`${path}.name`)];
  switch (kind) {
    case 'ServiceAccount':
      return [...causes, ...accountCauses(subject, path, namespaced)];
    case 'User':
    case 'Group':
      return apiGroup === GROUP ? causes : [...causes, unsupported(`${path}.apiGroup`, apiGroup, [GROUP])];
    default:
      return [...causes, unsupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

function accountCauses(
  { name, apiGroup = '', namespace }: Subject,
  path: string,
  namespaced: boolean,
): Cause[] {
  return [
    ...(name ? dnsSubdomain(name).map((why) => invalidValue(`${path}.name`, name, why)) : []),
    ...(apiGroup === '' ? [] : [unsupported(`${path}.apiGroup`, apiGroup, [''])]),
    ...(namespace || namespaced ? [] : [required(`${path}.namespace`)]),
  ];
}
