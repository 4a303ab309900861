import { type Place, type PlanPath, entitiesAt, placesAt } from '../plan-path.js';
import type { Rewrite } from '../rewrites.js';
import { type Tree, isTree, merge } from '../tree.js';
import { type Represent, type TypeRepresentation, keyOf } from './represent.js';

/** How an entity is named to a subgraph. */
export class Representation {
  constructor(
    /** As JSON. */
    readonly text: string,
    private readonly entity: Tree,
    private readonly type: TypeRepresentation,
  ) {}

  /** The same as an object, whose owner may change it. */
  build(): Tree | null {
    return this.type.build(this.entity);
  }
}

/** The entities of one fetch: each is asked for once, however many places of the response it stands for. */
export class EntityBatch {
  readonly representations: Representation[] = [];
  private readonly entities: readonly Tree[];
  /** The representation of each entity; -1 for those that are not asked for. */
  private readonly indexes: number[] = [];

  constructor(
    private readonly root: Tree,
    private readonly path: PlanPath,
  ) {
    this.entities = entitiesAt(root, path);
  }

  /** Writes the representations. */
  fill(represent: Represent): void {
    const byText = new Map<string, number>();
    const byKey = new Map<TypeRepresentation, Map<string, number>>();
    for (const entity of this.entities) {
      const type = represent.of(entity['__typename']);
      const key = quickKey(entity, type);
      if (typeof key !== 'string') {
        this.indexes.push(this.addUnlessKnown(entity, type, byText));
        continue;
      }
      // It says as much as the text, which need not be written to be compared.
      let ofType = byKey.get(type);
      if (!ofType) byKey.set(type, (ofType = new Map()));
      let index = ofType.get(key);
      if (index === undefined) ofType.set(key, (index = this.add(type.write(entity), entity, type)));
      this.indexes.push(index);
    }
  }

  /** Merges what was received for each representation into all entities that it stands for. */
  merge(received: readonly unknown[], rewrite: Rewrite | undefined): void {
    const rewritten = new Set<number>();
    for (let i = 0; i < this.entities.length; i += 1) {
      const index = this.indexes[i] ?? -1;
      const entity = this.entities[i];
      const answer = received[index];
      if (!entity || !isTree(answer)) continue;
      if (!answer['__typename']) answer['__typename'] = entity['__typename'];
      if (rewrite && !rewritten.has(index)) {
        rewrite(answer);
        rewritten.add(index);
      }
      merge(entity, answer);
    }
  }

  /** Every place of the response that a representation stands for. */
  places(index: number): Place[] {
    return placesAt(this.root, this.path).filter((_, i) => this.indexes[i] === index);
  }

  private addUnlessKnown(entity: Tree, type: TypeRepresentation, byText: Map<string, number>): number {
    const text = type.write(entity);
    // The entity's own type, too: a rewrite may have made one of several.
    const key = `${String(entity['__typename'])} ${text}`;
    const known = byText.get(key) ?? this.add(text, entity, type);
    byText.set(key, known);
    return known;
  }

  /** -1 when something that the representation needs is missing. */
  private add(text: string | null, entity: Tree, type: TypeRepresentation): number {
    return text === null ? -1 : this.representations.push(new Representation(text, entity, type)) - 1;
  }
}

function quickKey(entity: Tree, { only, fields }: TypeRepresentation): unknown {
  if (only !== undefined) return entity[only];
  return fields && keyOf(entity, fields);
}
