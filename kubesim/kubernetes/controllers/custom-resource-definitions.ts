import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject, finishDeletion } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import { CLEANUP, isTrue, type CustomResourceDefinition, type DefinitionNames } from '../kinds/definition.js';
import { timestamp, withCondition, type Condition } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { sameJson } from '../../../kernel/same-json.js';

/** Objects that one step deletes. */
const DELETIONS = 100;

/** Accepts the names of definitions, establishes them, and deletes the objects of deleted ones. */
export function definitionController(cluster: ClusterContext): Controller {
  const { store } = cluster;
  const queue = cluster.queue('customresourcedefinition', (name) => {
    const definition = store.get(customResourceDefinitions, '', name);
    if (!definition) return;
    if (!definition.metadata.deletionTimestamp) acceptNames(cluster, definition);
    else if (deleteInstances(cluster, definition)) queue.add(name);
  });
  return {
    start() {
      store.onChange(customResourceDefinitions, ({ object, previous }) => {
        const definition = object as CustomResourceDefinition;
        queue.add(definition.metadata.name);
        const before = (previous as CustomResourceDefinition | undefined)?.status?.acceptedNames;
        // Names become free.
        if (before && !sameJson(before, definition.status?.acceptedNames))
          for (const other of ofGroup(cluster, definition.spec.group)) queue.add(other.metadata.name);
      });
      store.onAnyChange((type, { type: change }) => {
        if (change === 'DELETED' && type.custom && cluster.resources.isTerminating(type)) queue.add(type.id);
        if (change === 'DELETED' && type.id === customResourceDefinitions.id)
          for (const { metadata } of store.all(customResourceDefinitions)) queue.add(metadata.name);
      });
      for (const { metadata } of store.all(customResourceDefinitions)) queue.add(metadata.name);
    },
  };
}

function ofGroup({ store }: ClusterContext, group: string): CustomResourceDefinition[] {
  return [...store.all(customResourceDefinitions)].filter(({ spec }) => spec.group === group);
}

/** Accepts names that no other definition of the group has, and establishes the definition when all are accepted. */
function acceptNames(cluster: ClusterContext, definition: CustomResourceDefinition): void {
  const { spec, status, metadata } = definition;
  const others = ofGroup(cluster, spec.group).filter((other) => other.metadata.uid !== metadata.uid);
  const { names, conflict } = accepted(definition, others);
  const namesAccepted: Condition = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const at = timestamp(cluster.clock.now());
  let conditions = withCondition(status?.conditions, namesAccepted, at);
  if (!conflict && !isTrue(definition, 'Established'))
    conditions = withCondition(conditions, ESTABLISHED, at);
  else if (!conditions.some(({ type }) => type === 'Established'))
    conditions = withCondition(conditions, NOT_ACCEPTED, at);
  replaceStatus(cluster, customResourceDefinitions, definition, {
    ...status,
    conditions,
    acceptedNames: names,
  });
}

const ESTABLISHED: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};
const NOT_ACCEPTED: Condition = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};

/** The names that the definition may have, and why it may not have the others. */
function accepted(
  { spec: { names: wanted }, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): { readonly names: DefinitionNames; readonly conflict: Pick<Condition, 'reason' | 'message'> | undefined } {
  const theirs = others.map((other) => other.status?.acceptedNames);
  const resources = new Set(theirs.flatMap((n) => [n?.plural, n?.singular, ...(n?.shortNames ?? [])]));
  const kinds = new Set(theirs.flatMap((n) => [n?.kind, n?.listKind]));
  const own = status?.acceptedNames;
  let conflict: Pick<Condition, 'reason' | 'message'> | undefined;
  const isFree = (name: string, used: ReadonlySet<string | undefined>, reason: string) => {
    if (!used.has(name)) return true;
    conflict = { reason, message: `"${name}" is already in use` };
    return false;
  };
  const choose = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string) => {
    const name = wanted[field] ?? '';
    const used = field === 'kind' || field === 'listKind' ? kinds : resources;
    return isFree(name, used, reason) ? name : (own?.[field] ?? '');
  };
  // The last conflict is the one that the condition reports.
  const plural = choose('plural', 'PluralConflict');
  const singular = choose('singular', 'SingularConflict');
  const short = shortNames(wanted, own, (name) => isFree(name, resources, 'ShortNamesConflict'));
  const kind = choose('kind', 'KindConflict');
  const listKind = choose('listKind', 'ListKindConflict');
  const names = {
    plural,
    ...(singular && { singular }),
    ...short,
    kind,
    ...(listKind && { listKind }),
    ...(wanted.categories && { categories: wanted.categories }),
  };
  return { names, conflict };
}

function shortNames(
  { shortNames: wanted }: DefinitionNames,
  own: DefinitionNames | undefined,
  isFree: (name: string) => boolean,
): Pick<DefinitionNames, 'shortNames'> {
  const names = (wanted ?? []).filter((name) => !isFree(name)).length === 0 ? wanted : own?.shortNames;
  return names ? { shortNames: names } : {};
}

/** Deletes objects of the kind, some at a time. Returns whether more are left to delete. */
function deleteInstances(cluster: ClusterContext, definition: CustomResourceDefinition): boolean {
  const type = cluster.resources.typeOfId(definition.metadata.name);
  // Objects of a kind of the registry stay.
  const own = type?.custom ? type : undefined;
  const isMore = own !== undefined && deleteSome(cluster, own);
  const remaining = own ? cluster.store.count(own) : 0;
  const condition = remaining > 0 ? IN_PROGRESS : COMPLETED;
  const at = timestamp(cluster.clock.now());
  const status = {
    ...definition.status,
    conditions: withCondition(definition.status?.conditions, condition, at),
  };
  const current = replaceStatus(cluster, customResourceDefinitions, definition, status);
  if (remaining === 0) release(cluster, current);
  return isMore;
}

/** Removes the finalizer of a definition whose objects are deleted. */
function release(cluster: ClusterContext, definition: CustomResourceDefinition): void {
  const { metadata } = definition;
  if (!metadata.finalizers?.includes(CLEANUP)) return;
  const finalizers = metadata.finalizers.filter((name) => name !== CLEANUP);
  const released = { ...definition, metadata: { ...metadata, finalizers } };
  finishDeletion(cluster, customResourceDefinitions, cluster.store.put(customResourceDefinitions, released));
}

function deleteSome(cluster: ClusterContext, type: ResourceType): boolean {
  let count = 0;
  for (const object of cluster.store.all(type)) {
    if (object.metadata.deletionTimestamp) continue;
    if (count === DELETIONS) return true;
    deleteObject(cluster, type, object);
    count += 1;
  }
  return false;
}

const IN_PROGRESS: Condition = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
const COMPLETED: Condition = {
  type: 'Terminating',
  status: 'False',
  reason: 'InstanceDeletionCompleted',
  message: 'removed all instances',
};
