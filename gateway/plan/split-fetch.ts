import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { StandIns } from './stand-ins.js';

/**
 * Splits a fetch of entities whose fields need the same field with different arguments: a representation has room for
 * one of them. Each part asks for the fields that can be asked for together.
 */
export function splitFetch(node: FetchNode, standIns: StandIns): FetchNode[] {
  const used = standInsOf(node.requires ?? [], standIns);
  if (!clash(used, standIns)) return [node];
  const document = parse(node.operation, { noLocation: true });
  const groups: { readonly uses: Set<string>; readonly fields: Set<string> }[] = [];
  for (const field of entityFields(document)) {
    const uses = standIns.usedBy.get(`${node.serviceName} ${field}`) ?? new Set();
    const group = groups.find((one) => !clash(one.uses.union(uses), standIns));
    if (!group) groups.push({ uses: new Set(uses), fields: new Set([field]) });
    else {
      group.fields.add(field);
      for (const name of uses) group.uses.add(name);
    }
  }
  return groups.map(({ uses, fields }) => part(node, document, { uses, fields, standIns }));
}

/** Whether two of the stand-ins stand for the same field. */
function clash(names: ReadonlySet<string>, { byName }: StandIns): boolean {
  const fields = [...names].map((name) => byName.get(name)?.field);
  return new Set(fields).size < fields.length;
}

function standInsOf(selections: readonly QueryPlanSelectionNode[], standIns: StandIns): Set<string> {
  const found = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === 'Field' && standIns.byName.has(selection.name)) found.add(selection.name);
    for (const name of standInsOf(selection.selections ?? [], standIns)) found.add(name);
  }
  return found;
}

/** `Type.field` of every field that is asked of an entity itself. */
function entityFields(document: DocumentNode): Set<string> {
  const found = new Set<string>();
  for (const { type, field } of fieldsOf(entitySelections(document), ''))
    found.add(`${type}.${field.name.value}`);
  return found;
}

function* fieldsOf(
  selections: readonly SelectionNode[],
  type: string,
): Generator<{ readonly type: string; readonly field: FieldNode }> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield { type, field: selection };
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(selection.selectionSet.selections, selection.typeCondition?.name.value ?? type);
    }
  }
}

function entitySelections(document: DocumentNode): readonly SelectionNode[] {
  const [entities] = operationOf(document).selectionSet.selections;
  return entities?.kind === Kind.FIELD ? (entities.selectionSet?.selections ?? []) : [];
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('a fetch has no operation');
  return operation;
}

interface Part {
  readonly uses: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
  readonly standIns: StandIns;
}

function part(node: FetchNode, document: DocumentNode, { uses, fields, standIns }: Part): FetchNode {
  const keep = (selections: readonly SelectionNode[], type: string): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind !== Kind.INLINE_FRAGMENT) {
        return selection.kind === Kind.FIELD && fields.has(`${type}.${selection.name.value}`)
          ? [selection]
          : [];
      }
      const of = selection.typeCondition?.name.value ?? type;
      const kept = keep(selection.selectionSet.selections, of);
      if (kept.length === 0) return [];
      return [{ ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections: kept } }];
    });
  const operation = operationOf(document);
  const [entities] = operation.selectionSet.selections;
  if (entities?.kind !== Kind.FIELD) throw new Error('a fetch of entities asks for none');
  const selections = keep(entitySelections(document), '');
  const selected = { ...entities, selectionSet: { kind: Kind.SELECTION_SET as const, selections } };
  const variables = usedVariables(selected);
  const definition = {
    ...operation,
    variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
      variables.has(variable.name.value),
    ),
    selectionSet: { kind: Kind.SELECTION_SET as const, selections: [selected] },
  };
  const others = document.definitions.filter((one) => one !== operation);
  return {
    ...node,
    requires: needed(node.requires ?? [], { uses, standIns }),
    variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
    operation: stripIgnoredCharacters(print({ kind: Kind.DOCUMENT, definitions: [definition, ...others] })),
  };
}

function usedVariables(field: FieldNode): Set<string> {
  const used = new Set<string>();
  visit(field, { Variable: ({ name }) => void used.add(name.value) });
  return used;
}

function needed(
  selections: readonly QueryPlanSelectionNode[],
  part: Pick<Part, 'uses' | 'standIns'>,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (
      selection.kind === 'Field' &&
      part.standIns.byName.has(selection.name) &&
      !part.uses.has(selection.name)
    ) {
      return [];
    }
    if (!selection.selections) return [selection];
    const selections = needed(selection.selections, part);
    return selections.length > 0 ? [{ ...selection, selections } as QueryPlanSelectionNode] : [];
  });
}
