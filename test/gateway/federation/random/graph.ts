/** How a subgraph has a field. */
export interface Part {
  /**
   * `owned`: it resolves it. `external`: another subgraph does, and sends the value. `overridden`: it used to
   * resolve it, and must never be asked.
   */
  readonly how: 'owned' | 'external' | 'overridden';
  readonly directives: string;
}

/** One of the fields that another field requires. */
export interface Need {
  readonly field: string;
  /** The argument it is required with. */
  readonly with?: string | undefined;
  /** The field required of the entity that the field returns. */
  readonly below?: string | undefined;
}

/** What a field returns: text, or things of one of these types. */
export interface Field {
  readonly name: string;
  readonly kind: 'text' | 'entity' | 'list';
  /** Of an entity, interface or union; `String` of text. */
  readonly type: string;
  /** The types that what it returns can be of. */
  readonly members: readonly string[];
  readonly takesArgument: boolean;
  /** What its value is made of; of all other fields, the thing itself. */
  readonly needs: readonly Need[];
}

/** A type that subgraphs share out among them. */
export interface Entity {
  readonly name: string;
  readonly fields: Map<string, Field>;
}

/** What one subgraph has of an entity. */
export interface EntityPart {
  readonly entity: Entity;
  readonly keys: readonly { readonly fields: string; readonly resolvable: boolean }[];
  readonly interfaces: string[];
  /** By field; what is not here the subgraph does not know. */
  readonly fields: Map<string, Part>;
}

/** An interface or union, as a subgraph knows it. */
interface AbstractPart {
  readonly name: string;
  readonly members: readonly string[];
  /** Of an interface; undefined: it is a union. */
  readonly fields?: readonly string[] | undefined;
  readonly key?: boolean | undefined;
}

/** A field of Query: a list of things of some types. */
export interface RootField {
  readonly name: string;
  readonly type: string;
  readonly members: readonly string[];
}

/** A subgraph that has parts of everything. */
export interface RandomSubgraph {
  readonly name: string;
  readonly entities: Map<string, EntityPart>;
  readonly abstracts: AbstractPart[];
  readonly roots: Map<string, RootField & { readonly shareable: boolean }>;
  /** The interface that it knows as an object, and its fields there. */
  interfaceObject?: { readonly name: string; readonly fields: Map<string, Part> };
}

/** A graph made at random. */
export interface RandomGraph {
  readonly entities: Map<string, Entity>;
  readonly subgraphs: readonly RandomSubgraph[];
}
