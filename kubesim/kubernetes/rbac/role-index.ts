import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type Role,
  type RoleBinding,
  type RoleRef,
  type Subject,
} from '../kinds/access-control.js';
import type { PolicyRule } from '../kinds/policy-rule.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { UserInfo } from './user-info.js';

/** A role that exists or that a binding refers to. */
export interface IndexedRole {
  /** Its kind and name. */
  readonly ref: Pick<RoleRef, 'kind' | 'name'>;
  /** Undefined if there is no such role. */
  rules: readonly PolicyRule[] | undefined;
  /** Number of grants of the role. */
  uses: number;
}

/** A role that bindings grant to a subject. */
export interface Grant {
  readonly role: IndexedRole;
  /** The bindings, with the subject as each of them has it. */
  readonly bindings: Map<RoleBinding, Subject>;
}

/** The grants of subjects by role. */
type Subjects = Map<string, Map<IndexedRole, Grant>>;

/**
 * The roles and bindings of a cluster by namespace and subject. A decision thereby reads the distinct roles of its user,
 * however many bindings there are.
 */
export class RoleIndex {
  /** Changes with each change of a role or binding. */
  revision = 0;
  private readonly roles = new Map<string, IndexedRole>();
  /** By namespace; that of ClusterRoleBindings is empty. */
  private readonly scopes = new Map<string, Subjects>();

  /** The index of the store's objects, which follows their changes. */
  static of(store: Pick<ClusterStore, 'all' | 'onChange'>): RoleIndex {
    const index = new RoleIndex();
    for (const type of [roles, clusterRoles]) {
      for (const role of store.all(type)) index.addRole(role);
      store.onChange(type, ({ type: change, object }) => {
        if (change === 'DELETED') index.removeRole(object as Role);
        else index.addRole(object as Role);
      });
    }
    for (const type of [roleBindings, clusterRoleBindings]) {
      for (const binding of store.all(type)) index.addBinding(binding);
      store.onChange(type, ({ type: change, object, previous }) => {
        if (previous) index.removeBinding(previous as RoleBinding);
        if (change !== 'DELETED') index.addBinding(object as RoleBinding);
      });
    }
    return index;
  }

  /** The grants of the user in all namespaces, then those in the namespace. */
  *grantsOf({ username, groups }: UserInfo, namespace = ''): Generator<Grant> {
    const keys = [userKey(username), ...new Set(groups.map(groupKey))];
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      const subjects = this.scopes.get(scope);
      if (subjects) for (const key of keys) yield* subjects.get(key)?.values() ?? [];
    }
  }

  /** The rules of a role; undefined if there is none. */
  rulesOf(ref: Pick<RoleRef, 'kind' | 'name'>, namespace: string): readonly PolicyRule[] | undefined {
    return this.roles.get(roleKey(ref, namespace))?.rules;
  }

  addRole({ kind, metadata, rules = [] }: Role): void {
    this.revision += 1;
    this.role({ kind, name: metadata.name }, metadata.namespace ?? '').rules = rules;
  }

  removeRole({ kind, metadata }: Role): void {
    this.revision += 1;
    const role = this.role({ kind, name: metadata.name }, metadata.namespace ?? '');
    role.rules = undefined;
    this.forgetUnused(role, metadata.namespace ?? '');
  }

  addBinding(binding: RoleBinding): void {
    this.revision += 1;
    const { namespace = '' } = binding.metadata;
    const role = this.role(binding.roleRef, namespace);
    const subjects = this.scopes.get(namespace) ?? new Map<string, Map<IndexedRole, Grant>>();
    this.scopes.set(namespace, subjects);
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, namespace);
      const grants = subjects.get(key) ?? new Map<IndexedRole, Grant>();
      subjects.set(key, grants);
      const grant = grants.get(role) ?? { role, bindings: new Map<RoleBinding, Subject>() };
      if (grant.bindings.size === 0) role.uses += 1;
      grants.set(role, grant);
      grant.bindings.set(binding, subject);
    }
    this.forgetUnused(role, namespace);
  }

  removeBinding(binding: RoleBinding): void {
    this.revision += 1;
    const { namespace = '' } = binding.metadata;
    const role = this.role(binding.roleRef, namespace);
    const subjects: Subjects = this.scopes.get(namespace) ?? new Map();
    for (const subject of binding.subjects ?? [])
      removeGrant(subjects, subjectKey(subject, namespace), { role, binding });
    if (subjects.size === 0) this.scopes.delete(namespace);
    this.forgetUnused(role, namespace);
  }

  private role({ kind, name }: Pick<RoleRef, 'kind' | 'name'>, namespace: string): IndexedRole {
    const key = roleKey({ kind, name }, namespace);
    const known = this.roles.get(key);
    if (known) return known;
    const role = { ref: { kind, name }, rules: undefined, uses: 0 };
    this.roles.set(key, role);
    return role;
  }

  private forgetUnused({ ref, rules, uses }: IndexedRole, namespace: string): void {
    if (!rules && uses === 0) this.roles.delete(roleKey(ref, namespace));
  }
}

function removeGrant(
  subjects: Subjects,
  key: string,
  { role, binding }: { readonly role: IndexedRole; readonly binding: RoleBinding },
): void {
  const grants = subjects.get(key);
  const grant = grants?.get(role);
  if (!grants || !grant?.bindings.delete(binding) || grant.bindings.size > 0) return;
  role.uses -= 1;
  grants.delete(role);
  if (grants.size === 0) subjects.delete(key);
}

function roleKey({ kind, name }: Pick<RoleRef, 'kind' | 'name'>, namespace: string): string {
  return kind === 'ClusterRole' ? `/${name}` : `${namespace}/${name}`;
}

const userKey = (name: string) => `User ${name}`;
const groupKey = (name: string) => `Group ${name}`;

function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  if (kind === 'Group') return groupKey(name);
  return userKey(kind === 'User' ? name : `system:serviceaccount:${namespace || bindingNamespace}:${name}`);
}
