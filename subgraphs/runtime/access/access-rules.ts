import type { Target } from '../../../access/model/target.js';
import type { LocatedKind } from '../store/locations.js';

/** `<kind in plural>.<action>`. `npm run generate` writes those of all subgraphs to access/model/verbs.generated.ts. */
export type VerbName = `${string}.${string}`;

/** An object, by whose id its place is read. */
export interface ObjectReference {
  readonly kind: LocatedKind;
  readonly id: string;
  /** Namespace in the cluster. */
  readonly namespace?: string;
}

/** Where an object is. */
export type Place = Target | ObjectReference;

/** What an argument says about the target of a request. */
export type ArgumentKind = LocatedKind | 'REGION' | 'NEW_CLUSTER' | 'WORKLOAD';

/** A verb on what arguments name: a path such as `input.clusterId` by kind. Without any, or all null: the account. */
export interface ArgumentAccess {
  readonly verb: VerbName;
  readonly on: Readonly<Partial<Record<ArgumentKind, string>>>;
  /** Objects that the arguments name as well: those that the caller may not see are refused as absent ones. */
  readonly uses?: Readonly<Partial<Record<LocatedKind, readonly string[]>>>;
}

/**
 * Who may read a root field of Query, or subscribe to one. A verb alone: the field returns only what the verb reaches, an
 * object by id null, and a list or a stream less. With arguments: the field is refused; a stream only on what they name.
 */
export type ReadAccess = VerbName | ArgumentAccess | 'open';

/** Who may see the objects of a type. */
export interface ObjectAccess {
  /** Undefined: whoever sees the object that refers to it. */
  readonly verb?: VerbName;
  /** `open`: every caller may see this object. */
  readonly place: (row: never) => Place | 'open';
}

/** What a caller needs for each field of a subgraph. `open` is for every caller: the catalog, and the caller itself. */
export interface AccessRules {
  /** Root fields of Query. */
  readonly queries: Readonly<Record<string, ReadAccess>>;
  /** Root fields of Mutation; a verb alone is one on the account. `open`: the service decides, by the scopes in the input. */
  readonly mutations?: Readonly<Record<string, VerbName | ArgumentAccess | 'open'>>;
  /** Root fields of Subscription; their types are in `objects`, by which their events are left out, unless `open`. */
  readonly subscriptions?: Readonly<Record<string, ReadAccess>>;
  /** Object types. */
  readonly objects: Readonly<Record<string, ObjectAccess>>;
  /**
   * Fields that lead from an object to others, e.g. `Cluster.nodes`: a verb on the place of the object. A list is empty
   * without it, another field is refused. Fields with a single object of a type in `objects` need none.
   */
  readonly edges?: Readonly<Record<string, VerbName | 'open'>>;
}
