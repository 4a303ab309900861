import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type EntityField, EntityFields } from './entity-fields.js';
import type { PlaceholderFields } from './placeholder-fields.js';
import type { PlanCorrections } from './plan-corrections.js';
import { type FieldTree, mergedTrees } from './requirements.js';

interface Group {
  readonly conditions: string;
  readonly fields: Set<EntityField>;
  needs: FieldTree;
}

/**
 * Splits an entity fetch whose fields need different representations: they require the same field with
 * different arguments, of which a representation can hold only one; or the required field of one is excluded by
 * `@skip` or `@include` while the others are still needed; or a field of an interface object is selected for
 * some types only, and its required fields are missing for others.
 */
export function splitFetch(node: FetchNode, corrections: PlanCorrections): FetchNode[] {
  const { requires = [] } = node;
  if (
    !hasConditions(node) &&
    !isOfObject(node, corrections) &&
    !clash(namesOf(requires), corrections.placeholders)
  )
    return [node];
  const fields = new EntityFields(node.operation);
  const groups = grouped(node.serviceName, fields.all, corrections);
  if (groups.length < 2) return [node];
  return groups.map((group) => {
    const { operation, variables } = fields.only(group.fields);
    const others = mergedTrees(groups.filter((other) => other !== group).map(({ needs }) => needs));
    const isKey = (name: string) =>
      fields.all.some(({ type }) => corrections.requirements.isKey(node.serviceName, type, name));
    return {
      ...node,
      operation,
      requires: requires.flatMap((selection) => needed(selection, { needs: group.needs, others, isKey })),
      variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
    };
  });
}

function hasConditions({ operation }: FetchNode): boolean {
  return /@(skip|include)\(if: ?\$/.test(operation);
}

/** Whether a fetch has representations of interface objects. */
function isOfObject(
  { serviceName, requires = [] }: FetchNode,
  { interfaceObjects }: PlanCorrections,
): boolean {
  return requires.some(
    (selection) =>
      selection.kind === 'InlineFragment' &&
      interfaceObjects.get(selection.typeCondition ?? '')?.has(serviceName),
  );
}

function grouped(
  service: string,
  fields: readonly EntityField[],
  { placeholders, requirements, interfaceObjects }: PlanCorrections,
): Group[] {
  const groups: Group[] = [];
  for (const field of fields) {
    const required = requirements.ofField(service, field.type, field.node.name.value);
    const needs: FieldTree = required ?? new Map<string, FieldTree>();
    // Fields that need only the key fit into any group.
    const ofObject = interfaceObjects.get(field.type)?.has(service) ?? false;
    const conditions = required ? `${field.conditions} ${ofObject ? [...required.keys()].join() : ''}` : '';
    const group = groups.find(
      (group) =>
        group.conditions === conditions && !clash(namesIn(mergedTrees([group.needs, needs])), placeholders),
    );
    if (!group) groups.push({ conditions, fields: new Set([field]), needs });
    else {
      group.fields.add(field);
      group.needs = mergedTrees([group.needs, needs]);
    }
  }
  return groups;
}

/** Whether two names are placeholders of the same field. */
function clash(names: ReadonlySet<string>, { byName }: PlaceholderFields): boolean {
  const fields = [...names].flatMap((name) => byName.get(name)?.field ?? []);
  return new Set(fields).size < fields.length;
}

function namesOf(selections: readonly QueryPlanSelectionNode[]): Set<string> {
  return new Set(
    selections.flatMap((selection) => [
      ...(selection.kind === 'Field' ? [selection.name] : []),
      ...namesOf(selection.selections ?? []),
    ]),
  );
}

function namesIn(tree: FieldTree): Set<string> {
  return new Set([...tree].flatMap(([name, below]) => [name, ...namesIn(below)]));
}

interface Share {
  /** Required fields of this part. */
  readonly needs: FieldTree;
  /** Required fields of the other parts. */
  readonly others: FieldTree;
  readonly isKey: (name: string) => boolean;
}

/** Required selections of this part of the fields. */
function needed(selection: QueryPlanSelectionNode, share: Share): QueryPlanSelectionNode[] {
  const inner = selection.kind === 'Field' ? below(selection.name, share) : share;
  if (inner === undefined) return [];
  if (!selection.selections) return [selection];
  const selections = selection.selections.flatMap((selection) => needed(selection, inner));
  return selections.length > 0 ? [{ ...selection, selections } as QueryPlanSelectionNode] : [];
}

/** Undefined when only other parts need the field. */
function below(name: string, { needs, others, isKey }: Share): Share | undefined {
  const [need, otherNeed] = [needs.get(name), others.get(name)];
  if (!need && otherNeed && !isKey(name)) return undefined;
  const empty: FieldTree = new Map<string, FieldTree>();
  // Keys and unclaimed fields are needed completely.
  if (!need) return { needs: empty, others: empty, isKey };
  return { needs: need, others: otherNeed ?? empty, isKey: () => false };
}
