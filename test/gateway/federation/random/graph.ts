/** A field in one subgraph. */
export interface Part {
  /**
   * `owned`: the subgraph resolves it. `external`: another subgraph resolves it. `overridden`: another subgraph
   * overrides it, so the gateway must not request it here.
   */
  readonly ownership: 'owned' | 'external' | 'overridden';
  readonly directives: string;
}

/** A field that another field requires. */
export interface RequiredField {
  readonly field: string;
  /** Value of its argument `with`. */
  readonly with?: string | undefined;
  /** The required field of the returned entity. */
  readonly nested?: string | undefined;
}

/** A field that returns a text, an entity or a list of entities. */
export interface Field {
  readonly name: string;
  readonly kind: 'text' | 'entity' | 'list';
  /** Name of an entity, interface or union; `String` for a text. */
  readonly type: string;
  /** Possible types of the returned entities. */
  readonly members: readonly string[];
  readonly takesArgument: boolean;
  /** Fields from which its value is computed; empty for a field that is not computed. */
  readonly requires: readonly RequiredField[];
}

/** An entity type, whose fields are spread over subgraphs. */
export interface Entity {
  readonly name: string;
  readonly fields: Map<string, Field>;
}

/** An entity type in one subgraph. */
export interface EntityPart {
  readonly entity: Entity;
  readonly keys: readonly { readonly fields: string; readonly resolvable: boolean }[];
  readonly interfaces: string[];
  /** The fields that the subgraph defines. */
  readonly fields: Map<string, Part>;
}

/** An interface or union in one subgraph. */
interface AbstractPart {
  readonly name: string;
  readonly members: readonly string[];
  /** Fields of an interface; undefined for a union. */
  readonly fields?: readonly string[] | undefined;
  readonly key?: boolean | undefined;
}

/** A field of Query: the list of all entities of some types. */
export interface RootField {
  readonly name: string;
  readonly type: string;
  readonly members: readonly string[];
}

/** A random subgraph. */
export interface RandomSubgraph {
  readonly name: string;
  readonly entities: Map<string, EntityPart>;
  readonly abstracts: AbstractPart[];
  readonly roots: Map<string, RootField & { readonly shareable: boolean }>;
  /** The interface object, and its fields in the subgraph. */
  interfaceObject?: { readonly name: string; readonly fields: Map<string, Part> };
}

/** A random graph. */
export interface RandomGraph {
  readonly entities: Map<string, Entity>;
  readonly subgraphs: readonly RandomSubgraph[];
}
