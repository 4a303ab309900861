import { type Place, type PlanPath, entitiesAt, placesAt } from '../plan-path.js';
import type { Rewrite } from '../rewrites.js';
import { type Tree, isTree, merge } from '../tree.js';
import { type Represent, type TypeRepresentation, keyOf } from './represent.js';

/** The entities of one fetch: each is asked for once, however many places of the response it stands for. */
export class EntityBatch {
  /** Representations, as JSON. */
  readonly texts: string[] = [];
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
        this.indexes.push(this.add(entity, type, byText));
        continue;
      }
      // It says as much as the text, which need not be written to be compared.
      const ofType = byKey.get(type) ?? new Map<string, number>();
      byKey.set(type, ofType);
      const known = ofType.get(key) ?? this.add(entity, type, byText);
      ofType.set(key, known);
      this.indexes.push(known);
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
      if (rewrite && !rewritten.has(index)) rewrite(answer);
      rewritten.add(index);
      merge(entity, answer);
    }
  }

  /** Every place of the response that a representation stands for. */
  places(index: number): Place[] {
    return placesAt(this.root, this.path).filter((_, i) => this.indexes[i] === index);
  }

  private add(entity: Tree, { write }: TypeRepresentation, byText: Map<string, number>): number {
    const text = write(entity);
    if (text === null) return -1;
    // The entity's own type, too: a rewrite may have made one of several.
    const key = `${String(entity['__typename'])} ${text}`;
    const known = byText.get(key);
    if (known !== undefined) return known;
    byText.set(key, this.texts.push(text) - 1);
    return this.texts.length - 1;
  }
}

function quickKey(entity: Tree, { only, fields }: TypeRepresentation): unknown {
  if (only !== undefined) return entity[only];
  return fields && keyOf(entity, fields);
}
