import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import type { InterfaceObjects } from './interface-objects.js';
import {
  type Need,
  type NeededField,
  type Place,
  type Provider,
  common,
  fetchesOf,
  fieldOf,
  inTime,
  newPlace,
  unconditionalProvider,
} from './field-providers.js';
import { type LocatedFetch, conditionsAround } from './located-fetch.js';
import { step } from './planner-steps.js';
import { type OperationSelection, conditionsOf } from './operation-selection.js';

/** Object types of a place and the conditions of their selection. */
interface PlaceScope {
  readonly place: Place;
  readonly types: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  /** The declared type. */
  readonly declaredType?: string | undefined;
}

/** The target of a path. */
interface ReachedPlace extends PlaceScope {
  readonly providers: readonly Provider[];
}

/** An object type with selected fields, and their conditions. */
interface SelectedType {
  readonly type: string;
  readonly conditions: ReadonlySet<string>;
  /** The type or interface of its representation. */
  readonly declaredType?: string | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Maps the fields of the response to the fetches that provide them, and derives the dependencies between
 * fetches.
 */
export class FetchedFields {
  private readonly root = newPlace();
  private readonly possible = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly objects: InterfaceObjects,
    fetches: readonly LocatedFetch[],
  ) {
    for (const kind of new Set(fetches.map(({ selected }) => selected.kind))) {
      const root = schema.getRootType(kind);
      if (root) this.root.types.add(root.name);
    }
    // Fetches by length of path, so that parent places exist before their children.
    for (const fetch of fetches.toSorted((left, right) => left.steps.length - right.steps.length)) {
      const reached = this.reached(fetch);
      if (reached) this.add(fetch, fetch.selected.set, reached);
    }
  }

  /** Needs of a fetch: its place and the fields of its representations. */
  needs(fetch: LocatedFetch): Need[] {
    step();
    const providers = this.reached(fetch)?.providers ?? [];
    const placeNeeds = providers.length > 0 ? [fetchesOf(providers)] : [];
    return [...placeNeeds, ...this.represented(fetch).map((field) => fetchesOf(inTime(field)))];
  }

  /**
   * Fetches that are skipped although their fields are needed by the operation or other fetches, each with the
   * conditions it may keep.
   */
  skippedTooOften(
    operation: OperationSelection,
    fetches: Iterable<LocatedFetch>,
  ): Map<LocatedFetch, ReadonlySet<string>> {
    const root = { place: this.root, types: this.root.types, conditions: NONE };
    const neededFields = [
      ...this.neededFields(operation, operation.set, root),
      ...[...fetches].flatMap((fetch) => this.represented(fetch)),
    ];
    return new Map(neededFields.flatMap((neededField) => unconditionalProvider(neededField)));
  }

  private represented(fetch: LocatedFetch): NeededField[] {
    const { requires } = fetch.node;
    const reached = requires && this.reached(fetch);
    if (!reached) return [];
    const selectedTypes = distinct(this.selectedTypes(fetch.selected, fetch.selected.set, reached));
    return selectedTypes.flatMap((selectedType) => this.needed(reached.place, selectedType, requires));
  }

  private neededFields(
    operation: OperationSelection,
    set: SelectionSetNode,
    within: PlaceScope,
  ): NeededField[] {
    return set.selections.flatMap((selection): NeededField[] => {
      const directiveConditions = conditionsOf(selection.directives);
      if (!directiveConditions) return [];
      const conditions = within.conditions.union(new Set(directiveConditions));
      if (selection.kind !== Kind.FIELD) {
        const { condition, set: inner } = operation.fragment(selection);
        const types = this.narrowed(within.types, condition);
        return this.neededFields(operation, inner, { ...within, types, conditions });
      }
      const field = within.place.fields.get((selection.alias ?? selection.name).value);
      if (!field || selection.name.value.startsWith('__')) return [];
      const types = [...within.types];
      const needed = types.map((type) => ({ providers: field.providers.get(type) ?? [], conditions }));
      if (!selection.selectionSet) return needed;
      const below = new Set(types.flatMap((type) => [...this.typesOf(type, selection.name.value)]));
      const inner = { place: field.place, types: below, conditions };
      return [...needed, ...this.neededFields(operation, selection.selectionSet, inner)];
    });
  }

  private add(fetch: LocatedFetch, set: SelectionSetNode, within: PlaceScope): void {
    step();
    for (const selection of set.selections) {
      const conditions = conditionsOf(selection.directives);
      if (!conditions) continue;
      const inner = { ...within, conditions: within.conditions.union(new Set(conditions)) };
      if (selection.kind === Kind.FIELD) {
        this.addField(fetch, selection, inner);
        continue;
      }
      const { condition, set: below } = fetch.selected.fragment(selection);
      const types = this.narrowed(inner.types, condition);
      this.add(fetch, below, { ...inner, types, declaredType: condition ?? inner.declaredType });
    }
  }

  private addField(
    fetch: LocatedFetch,
    node: FieldNode,
    { place, types, conditions, declaredType }: PlaceScope,
  ): void {
    const { name, alias = name, selectionSet } = node;
    // A subgraph with an interface object does not know the concrete types.
    if (name.value === '__typename' && this.isObject(declaredType, fetch.node.serviceName)) return;
    const field = fieldOf(place, alias.value);
    for (const type of types) {
      const providers = field.providers.get(type) ?? [];
      field.providers.set(type, providers);
      providers.push({ fetch, conditions });
    }
    const below = new Set([...types].flatMap((type) => [...this.typesOf(type, name.value)]));
    for (const type of below) field.place.types.add(type);
    if (!selectionSet) return;
    const [parent] = types;
    const inner = { place: field.place, types: below, conditions, said: this.returned(parent, name.value) };
    this.add(fetch, selectionSet, inner);
  }

  private reached(fetch: LocatedFetch): ReachedPlace | undefined {
    const conditions = conditionsAround(fetch);
    let at: ReachedPlace = { place: this.root, types: this.root.types, conditions, providers: [] };
    for (const { field, types } of fetch.steps) {
      if (field !== undefined) {
        const existing = at.place.fields.get(field);
        if (!existing) return undefined;
        const providers = [...existing.providers.values()].flat();
        at = {
          place: existing.place,
          types: existing.place.types,
          conditions: conditions.union(common(providers)),
          providers,
        };
      }
      if (types) at = { ...at, types: this.namedBy(types).intersection(at.types) };
    }
    return at;
  }

  private namedBy(names: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...names].flatMap((name) => [...this.objectTypes(name)]));
  }

  /** Entity types with selected fields besides `__typename`. */
  private selectedTypes(
    selected: OperationSelection,
    set: SelectionSetNode,
    within: PlaceScope,
  ): SelectedType[] {
    return set.selections.flatMap((selection) => {
      const directiveConditions = conditionsOf(selection.directives);
      if (!directiveConditions) return [];
      const conditions = within.conditions.union(new Set(directiveConditions));
      if (selection.kind === Kind.FIELD) {
        const types = selection.name.value === '__typename' ? [] : [...within.types];
        return types.map((type) => ({ type, conditions }));
      }
      const { condition, set: inner } = selected.fragment(selection);
      const types = this.narrowed(within.types, condition);
      return this.selectedTypes(selected, inner, { ...within, types, conditions });
    });
  }

  private needed(
    place: Place,
    selected: SelectedType,
    required: readonly QueryPlanSelectionNode[],
  ): NeededField[] {
    return required.flatMap((selection) => {
      if (selection.kind === 'Field') return this.neededField(place, selected, selection);
      const { typeCondition, selections } = selection;
      const holds = typeCondition === undefined || this.objectTypes(typeCondition).has(selected.type);
      return holds
        ? this.needed(
            place,
            { ...selected, declaredType: typeCondition ?? selected.declaredType },
            selections,
          )
        : [];
    });
  }

  private neededField(place: Place, selected: SelectedType, field: QueryPlanFieldNode): NeededField[] {
    const { name, alias = name, selections = [] } = field;
    const { type, conditions, declaredType: declaredType = type } = selected;
    // The concrete type is not needed, only that it implements the interface.
    if (name === '__typename' && this.objects.has(declaredType)) return [];
    const fetched = place.fields.get(alias);
    if (!fetched) return [];
    const below = [...fetched.place.types].flatMap((inner) =>
      this.needed(fetched.place, { type: inner, conditions }, selections),
    );
    return [{ providers: fetched.providers.get(type) ?? [], conditions }, ...below];
  }

  private narrowed(types: ReadonlySet<string>, condition: string | undefined): ReadonlySet<string> {
    return condition === undefined ? types : this.objectTypes(condition).intersection(types);
  }

  /** The possible object types of the values of a field. */
  private typesOf(type: string, field: string): ReadonlySet<string> {
    const returned = this.returned(type, field);
    return returned === undefined ? NONE : this.objectTypes(returned);
  }

  private returned(type: string | undefined, field: string): string | undefined {
    const parent = this.schema.getType(type ?? '');
    const returned = isObjectType(parent) ? parent.getFields()[field]?.type : undefined;
    return returned && getNamedType(returned).name;
  }

  private isObject(type: string | undefined, service: string): boolean {
    return this.objects.get(type ?? '')?.has(service) ?? false;
  }

  private objectTypes(name: string): ReadonlySet<string> {
    const cached = this.possible.get(name);
    if (cached) return cached;
    const type = this.schema.getType(name);
    const types = isAbstractType(type)
      ? this.schema.getPossibleTypes(type).map((possibleType) => possibleType.name)
      : [];
    const found = new Set(isObjectType(type) ? [name] : types);
    this.possible.set(name, found);
    return found;
  }
}

function distinct(selected: readonly SelectedType[]): SelectedType[] {
  return [
    ...new Map(selected.map((type) => [`${type.type} ${[...type.conditions].sort().join()}`, type])).values(),
  ];
}
